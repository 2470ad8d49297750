package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"rdnsproxy/hostsfile"
	"rdnsproxy/safetext"

	"github.com/spf13/pflag"
)

// read parses the file, after undoing what a killed write has left. A system
// without a hosts file has one without lines. With an error goes its exit status.
func (f *hostsFlags) read(v *voice) (*hostsfile.File, int, error) {
	if left := hostsfile.Interrupted(f.path(), f.options()); left != "" {
		switch repaired, err := hostsfile.Recover(f.path(), f.options()); {
		case errors.Is(err, hostsfile.ErrNeedsRoot):
			return nil, statusFound, refuse("'sudo rdnsproxy hosts list"+f.flagsAgain("hosts-file")+"' undoes it",
				"a write of %s is under way or was interrupted, and the file may be neither old nor new", safetext.Line(f.path()))
		case err != nil:
			return nil, statusFound, f.explain(err)
		case repaired:
			v.notice("an interrupted write of " + f.path() + " was undone")
		}
	}
	file, err := hostsfile.ParseFile(f.path())
	switch {
	case f.hostsFile != "" && err != nil:
		return nil, statusUsage, refuse("--hosts-file takes a file in the format of hosts(5)", "%v", err)
	case errors.Is(err, fs.ErrNotExist):
		return &hostsfile.File{Path: f.path()}, statusPass, nil
	case err != nil:
		return nil, statusFound, err
	}
	return file, statusPass, nil
}

// plan makes an edit of a file as it is, or says why not and with which exit
// status. Of an edit that is Empty it has said why.
type plan func(*hostsfile.File) (edit *hostsfile.Edit, status int, err error)

// retries bounds how often a file that others write is planned for anew.
const retries = 16

// apply shows what a plan will change and changes it, after a yes. Nobody is asked
// about what cannot be done. Under --yes, what somebody else has written meanwhile
// is planned for anew.
func (f *hostsFlags) apply(w World, v *voice, file *hostsfile.File, command string, p plan) (int, error) {
	edit, status, err := p(file)
	if err != nil || edit.Empty() {
		return status, err
	}
	fmt.Fprint(f.shown(w), edit.Diff())
	err = hostsfile.Writable(f.path(), f.options())
	if err == nil {
		if err := agreed(w, f.yes); err != nil {
			return statusFound, err
		}
	}
	var written hostsfile.Written
	if err == nil {
		written, err = edit.Write(f.options())
	}
	for n := 0; errors.Is(err, hostsfile.ErrChanged) && f.yes && n < retries; n++ {
		if file, status, err = f.read(v); err != nil {
			return status, err
		}
		if edit, status, err = p(file); err != nil || edit.Empty() {
			return status, err
		}
		written, err = edit.Write(f.options())
	}
	switch {
	case errors.Is(err, hostsfile.ErrNeedsRoot):
		return statusFound, refuse("sudo rdnsproxy "+command+f.flagsAgain(), "%v", err)
	case err != nil && !errors.Is(err, hostsfile.ErrWritten):
		return statusFound, f.explain(err)
	case err != nil:
		v.notice(err.Error())
	}
	fmt.Fprintln(f.shown(w), safetext.Line(f.path())+" is written")
	if written.Backup != "" {
		v.notice("the old file is " + written.Backup)
	}
	return statusPass, nil
}

// shown is where the change is shown: where the person who is asked looks, not
// where a report goes, and nowhere if nobody is asked or wants to know.
func (f *hostsFlags) shown(w World) io.Writer {
	asks := !f.yes && isTerminal(w.In) && isTerminal(w.Err)
	switch {
	case f.quiet && !asks:
		return io.Discard
	case f.format != "text" || asks && !isTerminal(w.Out):
		return w.Err
	}
	return w.stdout
}

// agreed is nil if the change that was shown is wanted.
func agreed(w World, yes bool) error {
	switch {
	case yes:
		return nil
	case !isTerminal(w.In) || !isTerminal(w.Err):
		return refuse("--yes writes it", "nothing was written")
	case !confirmed(w):
		return refuse("", "nothing was written")
	}
	return nil
}

// confirmed asks the person at the terminal; silence is a no.
func confirmed(w World) bool {
	fmt.Fprint(w.Err, "write it? [y/N] ")
	answer, err := bufio.NewReader(io.LimitReader(w.In, 80)).ReadString('\n')
	if err != nil {
		fmt.Fprintln(w.Err) // the end of the input ends no line
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// explain adds to an error of writing what can be done about it.
func (f *hostsFlags) explain(err error) error {
	hint := "nothing was written"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		hint = "nothing was written; make an empty one first"
	case errors.Is(err, hostsfile.ErrUnfinished), errors.Is(err, hostsfile.ErrNoJournal):
		hint = ""
	case errors.Is(err, hostsfile.ErrChanged):
		hint = "somebody else has written it meanwhile: run it again"
	case errors.Is(err, hostsfile.ErrLocked):
		hint = "nothing was written: run it again"
	case errors.Is(err, hostsfile.ErrUnsafeFolder):
		hint = "nothing was written: take from others the permission to write there"
	}
	return refuse(hint, "%v", err)
}

// flagsAgain are the flags that were given, of these names or all, for a command
// line that does the same as root; a path is made one that root finds too. ssh's
// configuration is left out: the host stands there as it was found, and root would
// run what a Match exec in it says.
func (f *hostsFlags) flagsAgain(names ...string) string {
	again := ""
	f.visit(func(flag *pflag.Flag) {
		value := flag.Value.String()
		switch {
		case flag.Name == "yes" || flag.Name == "ssh-config" || len(names) > 0 && !slices.Contains(names, flag.Name):
			return
		case flag.Value.Type() == "bool" && value == "true":
			again += " --" + flag.Name
			return
		case flag.Value.Type() == "bool":
			again += " --" + flag.Name + "=" + value
			return
		case flag.Name == "hosts-file", flag.Name == "output":
			if abs, err := filepath.Abs(value); err == nil {
				value = abs
			}
		}
		values := []string{value}
		if several, ok := flag.Value.(pflag.SliceValue); ok {
			values = several.GetSlice()
		}
		for _, value := range values {
			again += " --" + flag.Name + " " + safetext.Shell(value)
		}
	})
	if f.yes && len(names) == 0 {
		again += " --yes"
	}
	return again
}
