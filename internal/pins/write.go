package pins

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/safetext"
)

// read parses the hosts file after undoing an interrupted write. A missing system
// file counts as empty.
func (p *Pins) read() (*hostsfile.File, error) {
	if left := hostsfile.Interrupted(p.path(), p.options()); left != "" {
		switch repaired, err := hostsfile.Recover(p.path(), p.options()); {
		case errors.Is(err, hostsfile.ErrNeedsRoot):
			return nil, console.Refuse(exit.Found, "'sudo rdnsproxy hosts list"+p.o.RerunFlags("hosts-file")+"' undoes it",
				"a write to %s is in progress or was interrupted, and the file may be incomplete", safetext.Line(p.path()))
		case err != nil:
			return nil, p.explain(err)
		case repaired:
			p.voice.Notice("an interrupted write of " + p.path() + " was undone")
		}
	}
	file, err := hostsfile.ParseFile(p.path())
	switch {
	case p.o.HostsFile != "" && err != nil:
		return nil, console.Refuse(exit.Usage, "--hosts-file takes a file in the format of hosts(5)", "%v", err)
	case errors.Is(err, fs.ErrNotExist):
		return &hostsfile.File{Path: p.path()}, nil
	case err != nil:
		return nil, console.Refuse(exit.Found, "", "%v", err)
	}
	return file, nil
}

// maxReplans is how often an edit is planned again because the file has changed.
const maxReplans = 16

// change shows an edit and writes it after confirmation, which is not asked for if the
// file cannot be written. command is what root would run instead. Under --yes, if the
// file has changed in the meantime, replan makes the edit for its new content.
func (p *Pins) change(
	edit *hostsfile.Edit, command string, replan func(*hostsfile.File) (*hostsfile.Edit, error),
) error {
	fmt.Fprint(p.changeWriter(), edit.Diff())
	if err := hostsfile.Writable(p.path(), p.options()); err != nil {
		return p.writeRefusal(err, command)
	}
	if err := console.Confirm(p.w, safetext.Line(p.path()), p.o.Yes); err != nil {
		return err
	}
	written, err := edit.Write(p.options())
	for n := 0; errors.Is(err, hostsfile.ErrChanged) && p.o.Yes && n < maxReplans; n++ {
		file, ferr := p.read()
		if ferr != nil {
			return ferr
		}
		if edit, err = replan(file); err != nil {
			return err
		}
		if edit.Empty() {
			p.w.Print(safetext.Line(p.path()) + ": somebody else has made the change\n")
			return nil
		}
		written, err = edit.Write(p.options())
	}
	switch {
	case errors.Is(err, hostsfile.ErrWritten):
		p.voice.Notice(err.Error())
	case err != nil:
		return p.writeRefusal(err, command)
	}
	fmt.Fprintln(p.changeWriter(), "wrote "+safetext.Line(p.path()))
	if written.Backup != "" {
		p.voice.Notice("the old file is " + written.Backup)
	}
	return nil
}

// writeRefusal says why nothing could be written, and what to run instead.
func (p *Pins) writeRefusal(err error, command string) error {
	if errors.Is(err, hostsfile.ErrNeedsRoot) {
		return console.Refuse(exit.Found, "sudo rdnsproxy "+command+p.o.RerunFlags(), "%v", err)
	}
	return p.explain(err)
}

// changeWriter returns where to show the change: where the user who has to confirm it
// looks, never where a report goes; nowhere under --quiet if nobody is asked.
func (p *Pins) changeWriter() io.Writer {
	asks := !p.o.Yes && console.IsTerminal(p.w.In) && console.IsTerminal(p.w.Err)
	format, err := report.FormatOf(p.o.Format)
	switch {
	case p.o.Quiet && !asks:
		return io.Discard
	case err != nil || !format.Prose || asks && !console.IsTerminal(p.w.Out):
		return p.w.Err
	}
	return p.w.TextWriter()
}

// explain turns an error of writing into a Refusal that says what to do.
func (p *Pins) explain(err error) error {
	hint := "nothing was written"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		hint = "nothing was written; create an empty one first"
	case errors.Is(err, hostsfile.ErrUnfinished), errors.Is(err, hostsfile.ErrNoJournal):
		hint = ""
	case errors.Is(err, hostsfile.ErrChanged):
		hint = "it was changed in the meantime: run it again"
	case errors.Is(err, hostsfile.ErrLocked):
		hint = "nothing was written: run it again"
	case errors.Is(err, hostsfile.ErrUnsafeDirectory):
		hint = "nothing was written: remove other users' write permission there"
	}
	return console.Refuse(exit.Found, hint, "%v", err)
}
