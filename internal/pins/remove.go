package pins

import (
	"context"
	"fmt"
	"strings"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
	"rdnsproxy/safetext"
)

// Remove removes what rdnsproxy has written for a host. The error is a Refusal.
func (p *Pins) Remove(ctx context.Context, host string) error {
	file, err := p.read()
	if err != nil {
		return err
	}
	host, err = p.pinnedName(ctx, file, strings.TrimSuffix(host, "."))
	if err != nil {
		return err
	}
	edit, err := p.removeHost(file, host)
	if err != nil {
		return err
	}
	if edit.Empty() {
		p.w.Print(p.notPinned(file, host) + "\n")
		return nil
	}
	replan := func(now *hostsfile.File) (*hostsfile.Edit, error) { return p.removeHost(now, host) }
	return p.change(edit, "hosts remove "+safetext.Shell(safetext.Line(host)), replan)
}

// notPinned says that a file has no line for host that Remove may change.
func (p *Pins) notPinned(file *hostsfile.File, host string) string {
	path, name := safetext.Line(file.Path), safetext.Name(host)
	lines := file.Forward(host)
	if len(lines) == 0 {
		return path + " has no line for " + name
	}
	text := fmt.Sprintf("%s:%d gives %s, but rdnsproxy did not write it", path, lines[0].N, name)
	if !p.isOwn(host) {
		text += "; --any removes it anyway"
	}
	return text
}

// removeHost removes host from the lines that may be changed.
func (p *Pins) removeHost(file *hostsfile.File, host string) (*hostsfile.Edit, error) {
	edit := file.Edit()
	for _, l := range file.Forward(host) {
		var err error
		_, ours := l.Note()
		switch {
		case ours && l.About(host):
			err = edit.Unpin(l.N)
		case ours || p.o.Any:
			err = edit.Drop(l.N, host)
		}
		if err != nil {
			return nil, console.Refuse(exit.Usage, "", "%v", err)
		}
	}
	return edit, nil
}

// pinnedName returns the name to remove: the word as typed if a line that may be
// changed has it, otherwise the host that ssh's configuration gives for it.
func (p *Pins) pinnedName(ctx context.Context, file *hostsfile.File, typed string) (string, error) {
	name := typed
	if len(file.PinnedFor(typed)) == 0 && !(p.o.Any && len(file.Forward(typed)) > 0) {
		t, err := target.NewReader(p.w, p.voice, p.o.Options.Options, p.o.Connect).Target(ctx, typed)
		if err == nil {
			name = strings.TrimSuffix(t.Itself(), ".")
		}
	}
	if p.o.Any && len(file.Forward(name)) > 0 && p.isOwn(name) {
		return "", console.Refuse(exit.Found, "the system needs the line; edit the file yourself",
			"%s is this machine", safetext.Name(name))
	}
	return name, nil
}
