package logs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"slices"
	"strings"
)

// outputFields makes journalctl leave out most of a record. It adds the stamp by itself.
const outputFields = "--output-fields=MESSAGE,_HOSTNAME,SYSLOG_IDENTIFIER,SYSLOG_PID,_PID,_UID,_COMM"

// hasJournalctl reports whether this system has systemd's journalctl.
func hasJournalctl() bool {
	_, err := exec.LookPath("journalctl")
	return err == nil
}

// journalSource is the journal that arguments of journalctl's choose: this machine's if there
// are none.
func (o *Options) journalSource(name string, which ...string) *source {
	args := append([]string{"--output=json", "--no-pager"}, which...)
	for _, tag := range append([]string{"sshd", "sshd-session", "sshd-auth", "dropbear"}, o.Tags...) {
		args = append(args, "--identifier="+tag)
	}
	return &source{name: name, kind: journal, journal: args}
}

// wholeJournal is the journal in Options.JournalDir, or that of this machine.
func (o *Options) wholeJournal() *source {
	if o.JournalDir != "" {
		return o.journalSource(o.JournalDir, "--directory="+o.JournalDir)
	}
	return o.journalSource("journal")
}

// errPartly is how the text of a journal ends of which this user sees a part only.
var errPartly = errors.New("this user cannot see all messages of the journal")

// errDenied is how it ends if this user sees nothing of it.
var errDenied error = denied{}

type denied struct{}

func (denied) Error() string        { return "this user may not read the journal" }
func (denied) Is(target error) bool { return target == fs.ErrPermission }

// journalctl is the output of a journalctl.
type journalctl struct {
	*output
	old func() (*output, error) // starts one of before systemd 236, once; nil: it was
}

// startJournalctl runs journalctl until ctx ends. If it follows the journal, it begins with
// what is new; or with everything, if begin is set.
func startJournalctl(ctx context.Context, args []string, follow, begin bool) (io.ReadCloser, error) {
	path, err := exec.LookPath("journalctl")
	if err != nil {
		return nil, noProgram("the program journalctl is not installed")
	}
	if follow && begin {
		args = append(slices.Clone(args), "--follow", "--no-tail")
	} else if follow {
		args = append(slices.Clone(args), "--follow", "--lines=0")
	}
	run := func(args []string) (*output, error) { return start(exec.CommandContext(ctx, path, args...), nil) }
	o, err := run(append([]string{outputFields}, args...))
	if err != nil {
		return nil, err
	}
	return &journalctl{o, func() (*output, error) { return run(args) }}, nil
}

// Read reads records. The end is errPartly, not io.EOF, if journalctl has said that there are
// others (systemd, shared/journal-util.c).
func (j *journalctl) Read(b []byte) (int, error) {
	n, err := j.output.Read(b)
	if n > 0 || err == nil {
		j.old = nil
		return n, nil
	}
	said := string(j.said.text)
	switch {
	case j.old != nil && strings.Contains(said, "unrecognized option"):
		o, err := j.old()
		if err != nil {
			return 0, err
		}
		j.output, j.old = o, nil
		return j.Read(b)
	case strings.Contains(said, "insufficient permissions"):
		return 0, errDenied
	case err == io.EOF && strings.Contains(said, "not seeing messages"):
		return 0, errPartly
	}
	return 0, err
}
