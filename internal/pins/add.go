package pins

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
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/layout"
	"rdnsproxy/internal/survey"
	"rdnsproxy/internal/target"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Add writes the hosts line that makes a host and its addresses agree. The error is a
// Refusal.
func (p *Pins) Add(ctx context.Context, host string) error {
	file, err := p.read()
	if err != nil {
		return err
	}
	s, err := p.survey(ctx, p.o.Options)
	if err != nil {
		return err
	}
	defer s.Close()
	t, err := p.targetOf(ctx, s, file, host)
	if err != nil {
		return err
	}
	r := s.Check(ctx, t)
	if r.Interrupted() {
		return console.ErrInterrupted
	}
	policy := check.Policy{Own: p.isOwn}
	options := check.PinOptions{
		Address: p.o.Address,
		Replace: p.o.Replace,
		Force:   p.o.Force,
		Now:     time.Now(),
		Expires: p.o.Expires,
	}
	if !p.o.DNSOnly {
		options.Keyed, options.Unsure = s.HasKnownKey(ctx, t)
	}
	edit, err := check.PlanPin(r, file, policy, options)
	if err != nil {
		return p.declined(r, err)
	}
	if edit.Empty() {
		p.w.Print(r.Host + ": already in " + safetext.Line(p.path()) + "\n")
		return nil
	}
	if hostsfile.Writable(p.path(), p.options()) == nil {
		p.warnGenerated(file)
	}
	fmt.Fprint(p.changeWriter(), layout.Paragraphs(p.w.TerminalWidth(), check.Grounds(r, p.o.Address)...))
	replan := func(now *hostsfile.File) (*hostsfile.Edit, error) {
		edit, err := check.PlanPin(r, now, policy, options)
		if err != nil {
			return now.Edit(), p.declined(r, err)
		}
		return edit, nil
	}
	return p.change(edit, "hosts add "+rerunTarget(r, p.o.Address, p.o.ExpectKeys), replan)
}

// targetOf returns the host to write a line for. The line is for every program on this
// machine, so it gets all addresses, whatever ssh's options say.
func (p *Pins) targetOf(
	ctx context.Context, s *survey.Survey, file *hostsfile.File, host string,
) (target.Target, error) {
	t, err := s.Target(ctx, host)
	if err != nil {
		return t, err
	}
	if t.Via != "" {
		return t, console.Refuse(exit.Found, "add it there; 'rdnsproxy hosts add "+check.PlainHost(t.Host)+
			"' adds the jump host's own line", "%s: a line here would have no effect", behindJump(t))
	}
	if p.o.IPv4 || p.o.IPv6 {
		p.voice.Notice("-4 and -6 are ignored: the line is for every program on this machine; " +
			"--address chooses an address")
	}
	t.Settings.Family = resolve.AnyFamily
	t.KnownHosts = append(t.KnownHosts, sudoersKnownHosts(p.w)...)
	for _, l := range file.Pinned() {
		if l.About(t.Host) {
			t.Seek = append(t.Seek, notedFingerprints(l)...)
		}
	}
	return t, nil
}

// warnGenerated warns that a line will not last if some program regenerates the hosts
// file, and says where to put it instead.
func (p *Pins) warnGenerated(file *hostsfile.File) {
	g, ok := file.Generated()
	if !ok {
		return
	}
	text := g.By + " regenerates " + safetext.Line(file.Path)
	if g.When != "" {
		text += " " + g.When
	}
	p.voice.WarningWithHint(text+": the line will not last", "to make it last, use "+g.Keep)
}

// declined turns an error of check.PlanPin into a Refusal that says what to do. It
// returns nil if no line is needed, which is not an error.
func (p *Pins) declined(r *check.Result, err error) error {
	switch {
	case errors.Is(err, check.ErrNoLineNeeded):
		p.w.Print(fmt.Sprintf("%s: %v (--force writes one)\n", r.Host, err))
		return nil
	case errors.Is(err, check.ErrOwn):
		return console.Refuse(exit.Found,
			"nothing was written; the lines for this machine's own names belong to the system: edit them by hand",
			"%v", err)
	case errors.Is(err, check.ErrTaken):
		return console.Refuse(exit.Found,
			"nothing was written; --replace takes "+r.Host+" out of that line", "%v", err)
	case errors.Is(err, check.ErrUnpinnable) && len(r.Addresses) > 1:
		return console.Refuse(exit.Found,
			"nothing was written; --address chooses another of its addresses", "%v", err)
	case errors.Is(err, check.ErrUnproven):
		hint := "nothing was written; try again when it shows the key; " +
			"--dns-only adds the line without looking at any key"
		if len(r.Addresses) > 1 && !p.o.Address.IsValid() {
			hint = "nothing was written; --address takes one that shows the key; " +
				"--dns-only adds the lines without looking at any key"
		}
		return console.Refuse(exit.Found, hint, "%v", err)
	case errors.Is(err, check.ErrUnevaluated):
		return console.Refuse(exit.Unknown, "nothing was written; --expect-hostkey says which key the host has; "+
			"--dns-only does not look at host keys", "%v", err)
	case errors.Is(err, check.ErrUndetermined):
		return console.Refuse(exit.Unknown, "nothing was written; try again later", "%v", err)
	}
	return console.Refuse(exit.Found,
		"nothing was written; for details, run: rdnsproxy check "+hostPort(r), "%v", err)
}

// hostPort names a target independently of ssh's configuration.
func hostPort(r *check.Result) string {
	if r.Port == 22 {
		return r.Host
	}
	return net.JoinHostPort(r.Host, strconv.Itoa(int(r.Port)))
}

// rerunTarget returns arguments that name the same target to root, whose ssh
// configuration and known_hosts differ: with its port and its verified host keys.
func rerunTarget(r *check.Result, address netip.Addr, expected []string) string {
	host := hostPort(r)
	for _, key := range check.ProvenKeys(r, address) {
		if !slices.Contains(expected, key) { // otherwise it is among the flags
			host += " --expect-hostkey " + key
		}
	}
	return host
}

// sudoersKnownHosts returns the known_hosts files of the user who ran sudo: that user,
// not root, has connected to the host before.
func sudoersKnownHosts(w console.World) []string {
	name := w.Getenv("SUDO_USER")
	if os.Geteuid() != 0 || name == "" || name == "root" {
		return nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil
	}
	return []string{filepath.Join(u.HomeDir, ".ssh", "known_hosts"), filepath.Join(u.HomeDir, ".ssh", "known_hosts2")}
}
