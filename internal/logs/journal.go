package logs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// fields are what a record of the journal is asked for. journalctl adds the stamp.
const fields = "MESSAGE,_HOSTNAME,SYSLOG_IDENTIFIER,SYSLOG_PID,_PID,_UID,_COMM"

// hasJournalctl reports whether this system has systemd's journalctl.
func hasJournalctl() bool {
	_, err := exec.LookPath("journalctl")
	return err == nil
}

// journalSource is the journal that arguments of journalctl's choose: this machine's if there
// are none.
func (o *Options) journalSource(name string, which ...string) *source {
	args := append([]string{"--output=json", "--output-fields=" + fields, "--no-pager"}, which...)
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

// journalctl is the output of a journalctl.
type journalctl struct{ *output }

// errPartly is how the text of a journal ends of which this user sees a part only.
var errPartly = errors.New("this user cannot see all messages of the journal")

// startJournalctl runs journalctl until ctx ends.
func startJournalctl(ctx context.Context, args []string) (io.ReadCloser, error) {
	path, err := exec.LookPath("journalctl")
	if err != nil {
		return nil, errors.New("the program journalctl is not installed")
	}
	o, err := start(exec.CommandContext(ctx, path, args...), nil)
	if err != nil {
		return nil, err
	}
	return journalctl{o}, nil
}

// Read reads records. The end is errPartly, not io.EOF, if journalctl has said that there are
// others (systemd, shared/logs-show.c and shared/journal-util.c).
func (j journalctl) Read(b []byte) (int, error) {
	n, err := j.output.Read(b)
	if err == io.EOF || err != nil && n == 0 {
		said := string(j.said.text)
		switch {
		case strings.Contains(said, "insufficient permissions"):
			return n, errors.New("this user may not read the journal")
		case strings.Contains(said, "not seeing messages"):
			return n, errPartly
		case err == io.EOF && strings.Contains(said, "journal corrupt"), strings.Contains(said, "Bad message"):
			return n, fmt.Errorf("journalctl: %s", j.said.last())
		}
	}
	return n, err
}
