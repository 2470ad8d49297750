package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/report"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

func (f *hostsFlags) add(ctx context.Context, w World, args []string) (int, error) {
	if len(args) != 1 {
		return statusUsage, refuse("usage: rdnsproxy hosts add HOST", "add takes one host")
	}
	now := time.Now()
	expires, err := f.expiry(now)
	if err != nil {
		return statusUsage, err
	}
	address, err := f.chosen()
	if err != nil {
		return statusUsage, err
	}
	v := newVoice(w.Err, f.quiet, f.verbose)
	file, status, err := f.read(v)
	if err != nil {
		return status, err
	}
	s, err := f.survey(ctx, w, v)
	if err != nil {
		return statusUsage, err
	}
	targets, err := f.targets(ctx, w, v, typed(args))
	if err != nil {
		return statusUsage, err
	}
	t := targets[0]
	if t.Via != "" {
		jump := check.PlainHost(t.Host)
		return statusFound, refuse("add it there; 'rdnsproxy hosts add "+jump+"' is for the jump host's own",
			"%s is behind the jump host %s, which looks it up: a line here would help nobody", check.PlainHost(t.Via), jump)
	}
	if f.ipv4 || f.ipv6 {
		v.notice("-4 and -6 do not count: the line is for every program on this machine, and --address chooses an address")
	}
	t.settings.family = resolve.AnyFamily
	t.knownHosts = append(t.knownHosts, sudoersKnownHosts(w)...)
	for _, l := range file.Pinned() {
		if l.About(t.Host) {
			t.Seek = append(t.Seek, noted(l)...)
		}
	}
	defer s.visits.Wait()
	r := s.one(ctx, t)
	if r.Interrupted() {
		return statusInterrupted, errInterrupted
	}
	options := check.PinOptions{Address: address, Replace: f.replace, Force: f.force, Own: ownName(), Now: now, Expires: expires}
	if !f.dnsOnly {
		options.Keyed, options.Unsure = s.keyed(ctx, t)
	}
	shown := false
	return f.apply(w, v, file, "hosts add "+onceMore(r, address, f.expectKeys), func(file *hostsfile.File) (*hostsfile.Edit, int, error) {
		edit, err := check.PlanPin(r, file, options)
		if err != nil {
			return f.declined(w, file, r, err)
		}
		if edit.Empty() {
			fmt.Fprintf(w.stdout, "%s: the line stands there already\n", r.Host)
		} else if !shown {
			if hostsfile.Writable(f.path(), f.options()) == nil {
				tellGenerated(v, file)
			}
			fmt.Fprint(f.shown(w), report.Paragraphs(f.reader(w).Width, check.Grounds(r, address)...))
		}
		shown = true
		return edit, statusPass, nil
	})
}

// tellGenerated says of a hosts file that some program writes anew that a line will
// not last in it, and where it would.
func tellGenerated(v *voice, file *hostsfile.File) {
	g, ok := file.Generated()
	if !ok {
		return
	}
	text := g.By + " writes " + safetext.Line(file.Path) + " anew"
	if g.When != "" {
		text += " " + g.When
	}
	v.warningWithHint(text+": the line will not last", "it would last in "+g.Keep)
}

// declined says why there is no line, with what can be done about it and the exit
// status. That none is needed is no error, and nothing to write.
func (f *hostsFlags) declined(w World, file *hostsfile.File, r *check.Result, err error) (*hostsfile.Edit, int, error) {
	switch {
	case errors.Is(err, check.ErrNoLineNeeded):
		fmt.Fprintf(w.stdout, "%s: %v (--force writes one)\n", r.Host, err)
		return file.Edit(), statusPass, nil
	case errors.Is(err, check.ErrOwn):
		return nil, statusFound, refuse("nothing was written; the system keeps the lines for its own names: edit them by hand", "%v", err)
	case errors.Is(err, check.ErrTaken):
		return nil, statusFound, refuse("nothing was written; --replace takes "+r.Host+" out of that line", "%v", err)
	case errors.Is(err, check.ErrUnpinnable) && len(r.Addresses) > 1:
		return nil, statusFound, refuse("nothing was written; --address chooses another of its addresses", "%v", err)
	case errors.Is(err, check.ErrUnproven):
		hint := "nothing was written; try again when it shows the key; --dns-only adds the line without looking at any key"
		if len(r.Addresses) > 1 && f.address == "" {
			hint = "nothing was written; --address takes one that shows the key; --dns-only adds the lines without looking at any key"
		}
		return nil, statusFound, refuse(hint, "%v", err)
	case errors.Is(err, check.ErrUnevaluated):
		return nil, statusUnknown, refuse("nothing was written; --expect-hostkey says which key the host has; --dns-only looks at no key", "%v", err)
	case errors.Is(err, check.ErrUndetermined):
		return nil, statusUnknown, refuse("nothing was written; try again later", "%v", err)
	}
	return nil, statusFound, refuse("nothing was written; 'rdnsproxy check "+hostPort(r)+"' tells more", "%v", err)
}

// hostPort names a target without ssh's configuration.
func hostPort(r *check.Result) string {
	if r.Port == 22 {
		return r.Host
	}
	return net.JoinHostPort(r.Host, strconv.Itoa(int(r.Port)))
}

// onceMore is what names the same target to root, whose ssh configuration and
// known_hosts are others: with its port, and with the host keys that are proven.
func onceMore(r *check.Result, address netip.Addr, expected []string) string {
	host := hostPort(r)
	for _, key := range check.ProvenKeys(r, address) {
		if !slices.Contains(expected, key) { // else it is among the flags
			host += " --expect-hostkey " + key
		}
	}
	return host
}

// ownNames are this machine's names: localhost and the host name, what the hosts
// file calls them beside, and what the search list makes of the host name.
func ownNames() []string {
	own, err := os.Hostname()
	if err != nil {
		own = "localhost"
	}
	short, _, _ := strings.Cut(own, ".")
	names := []string{"localhost", own, short}
	if system, err := hostsfile.ParseFile(hostsfile.SystemPath()); err == nil {
		for i := range system.Lines {
			l := &system.Lines[i]
			if slices.ContainsFunc(l.Names, func(n string) bool { return strings.EqualFold(n, own) || strings.EqualFold(n, "localhost") }) {
				names = append(names, l.Names...)
			}
		}
	}
	config, _ := resolve.SystemConfig(resolve.Environment{}) // not the user's: these are the machine's names
	for _, domain := range config.Search {
		names = append(names, short+"."+string(domain))
	}
	return names
}

// ownName tells whether a name is one of this machine's; it looks for them once,
// when it is first asked.
func ownName() func(name string) bool {
	names := sync.OnceValue(ownNames)
	return func(name string) bool {
		name = strings.TrimSuffix(name, ".")
		return slices.ContainsFunc(names(), func(own string) bool { return strings.EqualFold(own, name) })
	}
}

// sudoersKnownHosts are the known_hosts of the user who has become root by sudo:
// root's knows other hosts, and the user is who has met this one.
func sudoersKnownHosts(w World) []string {
	name := w.getenv("SUDO_USER")
	if os.Geteuid() != 0 || name == "" || name == "root" {
		return nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil
	}
	return []string{filepath.Join(u.HomeDir, ".ssh", "known_hosts"), filepath.Join(u.HomeDir, ".ssh", "known_hosts2")}
}
