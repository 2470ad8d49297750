package resolve

import (
	"bytes"
	"cmp"
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// unasked is the outcome of a module that knows nothing about a name, or OnSuccess if
// it has to be asked. That saves a process. Also, getent cannot tell "unavailable"
// from "not found", on which lines like "mdns4_minimal [NOTFOUND=return] dns" depend.
func (r *Resolver) unasked(ctx context.Context, module string, w want) Outcomes {
	if !r.installed(module) {
		return OnUnavail
	}
	mdns := strings.HasPrefix(module, "mdns")
	switch {
	case mdns && (!mdnsFamily(module, w.types) || !mdnsName(module, w.host)):
		return OnUnavail
	case module == "myhostname" && !myHostname(w.host):
		return OnNotFound
	}
	if out := r.running(module); out != OnSuccess {
		return out
	}
	// nss-mdns leaves .local to a DNS that has such a zone (its local_soa).
	if mdns && !settledByFile(module) && r.stub.ask(ctx, Question{"local", SOA}).Status == OK {
		return OnUnavail
	}
	return OnSuccess
}

// unaskedAbout does the same for an address.
func (r *Resolver) unaskedAbout(module string, a netip.Addr) Outcomes {
	switch {
	case !r.installed(module):
		return OnUnavail
	case strings.HasPrefix(module, "mdns") && !mdnsAddress(module, a):
		return OnUnavail
	case module == "myhostname" && !r.ownAddress(a):
		return OnNotFound
	}
	return r.running(module)
}

// running looks for the daemon of a module that has one.
func (r *Resolver) running(module string) Outcomes {
	switch {
	case r.programs.over(): // a daemon could not be looked for any more either
		return OnTryAgain
	case strings.HasPrefix(module, "mdns"):
		if !listening(cmp.Or(r.avahi, avahiSocket)) {
			return OnUnavail
		}
	case module == "resolve":
		if _, err := os.Stat("/run/systemd/resolve/io.systemd.Resolve"); err != nil {
			return OnUnavail
		}
	case module == "mymachines":
		machines, err := os.ReadDir("/run/systemd/machines")
		if err != nil || len(machines) == 0 {
			return OnNotFound
		}
	}
	return OnSuccess
}

// Where glibc's dynamic linker finds libraries (ld.so(8)).
const ldCache = "/etc/ld.so.cache"

var libraryDirs = []string{"/lib64", "/usr/lib64", "/lib", "/usr/lib", "/lib/*-linux-gnu*", "/usr/lib/*-linux-gnu*"}

// installed reports whether glibc could load the module, the library
// libnss_MODULE.so.2. The result is cached. A getent other than the system's is
// assumed to have all modules.
func (r *Resolver) installed(module string) bool {
	if r.Getent != "" {
		return true
	}
	if found, known := r.modules.Load(module); known {
		return found.(bool)
	}
	found := findLibrary("libnss_" + module + ".so.2")
	r.modules.Store(module, found)
	return found
}

// findLibrary looks in the linker's cache, which holds NUL-terminated paths, and then
// in the linker's default directories.
func findLibrary(name string) bool {
	if name != filepath.Base(name) || strings.ContainsAny(name, "*?[\\\x00") {
		return false
	}
	if cache, err := os.ReadFile(ldCache); err == nil {
		for rest := cache; ; {
			at := bytes.Index(rest, []byte("/"+name+"\x00"))
			if at < 0 {
				break
			}
			path := string(rest[bytes.LastIndexByte(rest[:at], 0)+1:at]) + "/" + name
			if _, err := os.Stat(path); err == nil {
				return true
			}
			rest = rest[at+1:]
		}
	}
	for _, dir := range libraryDirs {
		if found, _ := filepath.Glob(dir + "/" + name); len(found) > 0 {
			return true
		}
	}
	return false
}

// avahiSocket is where nss-mdns asks Avahi (its avahi.c).
const avahiSocket = "/run/avahi-daemon/socket"

// listening reports whether a Unix socket accepts connections.
func listening(path string) bool {
	c, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// mdnsFamily reports whether the module supports one of the families: mdns4 and
// mdns6 have one each.
func mdnsFamily(module string, types []Type) bool {
	for _, t := range types {
		if mdnsKnows(module, t == A) {
			return true
		}
	}
	return false
}

func mdnsKnows(module string, ipv4 bool) bool {
	only4, only6 := strings.HasPrefix(module, "mdns4"), strings.HasPrefix(module, "mdns6")
	return !only4 && !only6 || only4 == ipv4
}

// mdnsAllow lists the suffixes that nss-mdns's full modules ask about.
const mdnsAllow = "/etc/mdns.allow"

// mdnsName follows nss-mdns's verify_name_allowed: a name of two labels under
// .local, or for the full modules what /etc/mdns.allow says, where there is one.
func mdnsName(module, host string) bool {
	if !strings.HasSuffix(module, "_minimal") {
		if text, err := os.ReadFile(mdnsAllow); err == nil {
			return mdnsAllows(string(text), host)
		}
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	return strings.HasSuffix(name, ".local") && strings.Count(name, ".") == 1
}

// mdnsAllows reads mdns.allow: a suffix a line, with or without its dot, or "*".
func mdnsAllows(text, host string) bool {
	host = strings.ToLower(host)
	for line := range strings.Lines(text) {
		if end := strings.IndexAny(line, "#\t\n\r "); end >= 0 {
			line = line[:end]
		}
		switch suffix := strings.ToLower(line); {
		case suffix == "":
		case suffix == "*", strings.HasSuffix(host, "."+strings.TrimPrefix(suffix, ".")):
			return true
		}
	}
	return false
}

// settledByFile reports whether mdns.allow alone decides.
func settledByFile(module string) bool {
	if strings.HasSuffix(module, "_minimal") {
		return false
	}
	_, err := os.Stat(mdnsAllow)
	return err == nil
}

// myHostname reports whether nss-myhostname knows a name. It compares this machine's
// own name with case.
func myHostname(host string) bool {
	own, err := os.Hostname()
	plain := strings.TrimSuffix(host, ".")
	if err == nil && plain == own {
		return true
	}
	switch plain = strings.ToLower(plain); {
	case plain == "_gateway", plain == "_outbound", plain == "localhost", plain == "localhost.localdomain":
		return true
	}
	return strings.HasSuffix(plain, ".localhost") || strings.HasSuffix(plain, ".localhost.localdomain")
}

// mdnsAddress reports whether an mdns module looks the address up: the minimal ones
// do so for link-local addresses only.
func mdnsAddress(module string, a netip.Addr) bool {
	if !mdnsKnows(module, a.Is4()) {
		return false
	}
	if strings.HasSuffix(module, "_minimal") {
		return a.IsLinkLocalUnicast()
	}
	return !a.IsLoopback() && !a.IsUnspecified()
}
