package target

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/recipe"
	"rdnsproxy/proxy/via"
	"rdnsproxy/replacefile"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Via names the proxies to connect through, the nearest first. The zero Via connects
// without one.
type Via struct {
	List      string // as --via has them: URLs with commas between, or "env" or "none"
	Private   bool   // List is from the environment, where a password may stand
	AuthFile  string // users and passwords; may be empty
	RemoteDNS bool   // the last proxy looks the host up
}

// String is Via without users and passwords; "" if there is no proxy.
func (v Via) String() string {
	words := via.Split(v.List)
	for i, word := range words {
		if p, err := via.Parse(word); err == nil {
			words[i] = p.String()
		} else {
			words[i] = via.Redact(word)
		}
	}
	list := strings.Join(words, ",")
	if v.RemoteDNS {
		list += " by name"
	}
	return list
}

// proxies are those of a run.
type proxies struct {
	chain  []*via.Proxy
	spares func(host string, port uint16) bool // hosts that are connected to directly; nil: none
}

// commandVia returns the proxies that a ProxyCommand of ours connects through, as far as
// this can be read from its words. ~/ is the shell's.
func commandVia(command, home string) (v Via) {
	if !recipe.RunsThisProgram(command) {
		return v
	}
	words, _ := recipe.Words(command)
	v.List = strings.Join(recipe.Flag(words, "via", true), ",")
	v.RemoteDNS = recipe.Flag(words, "remote-dns", false) != nil
	if file := recipe.Flag(words, "via-auth-file", true); file != nil {
		v.AuthFile = file[len(file)-1]
		if rest, tilde := strings.CutPrefix(v.AuthFile, "~/"); tilde {
			v.AuthFile = home + "/" + rest
		}
	}
	return v
}

// or is what counts beside a ProxyCommand of ours: of that, the environment sets what it
// does not, as when ssh runs it.
func (v Via) or(command Via) Via {
	if v.List != "" && !v.Private || command.List == "" {
		return v
	}
	if command.AuthFile == "" {
		command.AuthFile = v.AuthFile
	}
	command.RemoteDNS = command.RemoteDNS || v.RemoteDNS
	return command
}

// proxiesOf returns the proxies to connect to a target through: those of the flags, or
// else those of its ProxyCommand, if this program is that, or else those of the
// environment. It says once if a proxy looks names up itself.
func (r *Reader) proxiesOf(t *Target, home string) ([]*via.Proxy, error) {
	p := r.Connect.proxies
	if p == nil || r.DNSOnly { // nobody connects
		return nil, nil
	}
	if v := r.Connect.Via.or(commandVia(t.Config.Get("proxycommand"), home)); v != r.Connect.Via && r.files != nil {
		r.files.mu.Lock()
		defer r.files.mu.Unlock()
		if p = r.files.via[v]; p == nil {
			var err error
			if p, err = v.read(r.World); err != nil {
				return nil, err
			}
			if r.files.via == nil {
				r.files.via = make(map[Via]*proxies)
			}
			r.files.via[v] = p
		}
	}
	chain := p.of(t.Host, t.Port)
	if len(chain) > 0 && r.files != nil && chain[len(chain)-1].ByName {
		if _, literal := resolve.ParseLiteral(t.Host); !literal {
			r.files.farLookup.Do(func() {
				r.Voice.Notice("a login through " + chain[len(chain)-1].String() +
					" reaches the address that this proxy looks up: nothing of that is checked here")
			})
		}
	}
	return chain, nil
}

// of returns the proxies to connect to a host through; nil for none.
func (p *proxies) of(host string, port uint16) []*via.Proxy {
	if p == nil || p.spares != nil && p.spares(host, port) {
		return nil
	}
	return p.chain
}

// ReadVia reads the proxies that Via names, and the file of their passwords. Without it
// nothing has an effect. The error is a Refusal. It quotes nothing that may be a password.
func (c *Connect) ReadVia(w console.World) (err error) {
	c.proxies, err = c.Via.read(w)
	return err
}

func (v Via) read(w console.World) (*proxies, error) {
	p := new(proxies)
	switch v.List {
	case "", "none":
		return p, nil
	}
	flag := "--via"
	if v.List == "env" {
		v.List, v.Private, flag = allProxy(w), true, "ALL_PROXY in the environment"
		if v.List == "" {
			return p, nil
		}
		p.spares = noProxy(w)
	}
	for _, word := range via.Split(v.List) {
		one, err := readProxy(word, v)
		if err != nil {
			return nil, refuseProxy(flag, word, err)
		}
		p.chain = append(p.chain, one)
	}
	if v.AuthFile != "" {
		if err := readPasswords(v.AuthFile, p.chain); err != nil {
			return nil, err
		}
	}
	for _, one := range p.chain {
		if one.LacksPassword() {
			return nil, console.Refuse(exit.Usage, "--via-auth-file FILE names a file with a line USER:PASSWORD; a colon after the user means an empty password",
				"%s: there is no password for %s at %v", flag, console.Quoted(one.User), one)
		}
	}
	return p, nil
}

// allProxy and noProxy read the variables as curl does, in small letters first.
func allProxy(w console.World) string {
	list := strings.TrimSpace(w.Getenv("all_proxy"))
	if list == "" {
		list = strings.TrimSpace(w.Getenv("ALL_PROXY"))
	}
	if list != "" && !strings.Contains(list, "://") {
		list = "http://" + list // curl's default
	}
	return list
}

func noProxy(w console.World) func(host string, port uint16) bool {
	list := w.Getenv("no_proxy")
	if list == "" {
		list = w.Getenv("NO_PROXY")
	}
	proxy := (&httpproxy.Config{HTTPProxy: "http://proxy.invalid", NoProxy: list}).ProxyFunc()
	return func(host string, port uint16) bool {
		host = strings.TrimSuffix(host, ".")
		u, err := proxy(&url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(int(port)))})
		return err == nil && u == nil
	}
}

// readProxy reads one proxy of the list.
func readProxy(word string, v Via) (*via.Proxy, error) {
	if word == "env" || word == "none" {
		return nil, fmt.Errorf("%s stands alone", word)
	}
	p, err := via.Parse(word)
	if err != nil {
		return nil, err
	}
	if p.HasPassword() && !v.Private {
		return nil, errOpenPassword
	}
	if _, err := netip.ParseAddr(p.Host); err != nil {
		host, err := CanonicalHost(p.Host)
		if err != nil {
			return nil, err
		}
		p.Host = host
	}
	p.ByName = p.ByName || v.RemoteDNS
	return p, nil
}

var errOpenPassword = errors.New("a password on the command line can be read by every user of this machine")

// refuseProxy makes the Refusal for a proxy that cannot be used.
func refuseProxy(flag, word string, err error) error {
	hint := "for example --via socks5://127.0.0.1:1080; 'rdnsproxy help relay' has more"
	var refusal *console.Refusal
	switch {
	case errors.Is(err, errOpenPassword):
		return console.Refuse(exit.Usage, "use --via-auth-file FILE with a line USER:PASSWORD, or set the environment variable RDNSPROXY_VIA", "%s: %v", flag, err)
	case errors.As(err, &refusal): // about its host
		hint = refusal.Hint
	}
	if len(word) == 0 {
		return console.Refuse(exit.Usage, hint, "%s: it is empty", flag)
	}
	return console.Refuse(exit.Usage, hint, "%s %s: %v", flag, console.Quoted(via.Redact(word)), err)
}

// readPasswords gives the proxies the passwords in a file that nobody else can read, as
// OpenSSH demands of a private key (sshkey_perm_ok).
func readPasswords(path string, chain []*via.Proxy) error {
	refuse := func(hint, format string, args ...any) error {
		return console.Refuse(exit.Usage, hint, "--via-auth-file "+safetext.Line(path)+": "+format, args...)
	}
	const format = "its lines are USER:PASSWORD, or URLs with both"
	info, err := os.Stat(path) // before the open, which would wait for a FIFO
	if err == nil && !info.Mode().IsRegular() {
		return refuse(format, "not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		var where *fs.PathError
		if errors.As(err, &where) {
			err = where.Err
		}
		return refuse(format, "%v", err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return refuse(format, "%v", err)
	}
	if runtime.GOOS != "windows" {
		switch {
		case !replacefile.OwnedByUser(info):
			return refuse("copy it to a file of your own, with mode 0600", "it belongs to another user")
		case info.Mode().Perm()&0o077 != 0:
			return refuse("chmod 600 "+safetext.Line(safetext.Shell(path)), "other users can read or write it (mode %04o)", info.Mode().Perm())
		}
	}
	c, err := via.ParseCredentials(f)
	if err == nil {
		err = c.Apply(chain)
	}
	if err != nil {
		return refuse(format, "%v", err)
	}
	for _, p := range chain {
		if p.User != "" && !p.LacksPassword() {
			return nil
		}
	}
	return refuse("if there are several proxies, each names its user: --via http://USER@HOST", "it has no line for these proxies")
}

// Chain returns the proxies to connect through; nil if there are none. Bind address,
// interface, keep-alive and IPQoS are those of the connection to the nearest.
func (set *Settings) Chain(r *resolve.Resolver) *via.Chain {
	if len(set.proxies) == 0 {
		return nil
	}
	d := set.tcp()
	d.Timeout, d.Attempts = 0, 0 // the whole chain has them
	return &via.Chain{Proxies: set.proxies, Dialer: d, Lookup: addressesOf(r)}
}

// addressesOf looks up proxies' names, in both families: -4 and -6 are about the host.
func addressesOf(r *resolve.Resolver) func(context.Context, string) iter.Seq2[netip.Addr, error] {
	return func(ctx context.Context, host string) iter.Seq2[netip.Addr, error] {
		return func(yield func(netip.Addr, error) bool) {
			for ans := range r.Addresses(ctx, host, resolve.AnyFamily, resolve.System) {
				if len(ans.Addrs) == 0 && !yield(netip.Addr{}, errors.New(ans.Status.Words())) {
					return
				}
				for _, a := range ans.Addrs {
					if !yield(a, nil) {
						return
					}
				}
			}
		}
	}
}

// Attempts is how many rounds of connecting are made: ConnectionAttempts. If 0, one.
func (set *Settings) Attempts() int { return set.attempts }

// ViaText says through which proxies a connection goes; "" if through none.
func (set *Settings) ViaText() string {
	var all []string
	for _, p := range set.proxies {
		all = append(all, p.String())
	}
	switch len(all) {
	case 0:
		return ""
	case 1:
		return "the proxy " + all[0]
	}
	return "the proxies " + strings.Join(all, ", then ")
}
