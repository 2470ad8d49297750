package auditrun

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/logs"
	"rdnsproxy/safetext"
)

// refuse turns what keeps everything from being read into a Refusal.
func (r *run) refuse(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return console.ErrInterrupted
	}
	nothing, ok := errors.AsType[*logs.NothingRead](err)
	if !ok {
		return err
	}
	if len(nothing.Inputs) == 0 {
		return noLog(nothing.Tried)
	}
	for _, in := range nothing.Inputs[1:] {
		r.voice.Error(fmt.Errorf("%s: %w", in.Name, in.Err))
	}
	in := nothing.Inputs[0]
	return console.Refuse(exit.Usage, hint(in.Err), "%s: %s", in.Name, console.PlainError(in.Err))
}

// asWhom is who may read logs.
const asWhom = "run it as root, or as a member of the group adm or systemd-journal"

// noLog says that this machine has no log, and where it was looked for.
func noLog(tried []logs.Place) error {
	advice := "give a FILE, or --journal; for another machine: " +
		"ssh HOST journalctl -o json -t sshd -t sshd-session | rdnsproxy audit -"
	var places []string
	for _, p := range tried {
		why := console.PlainError(p.Err)
		switch {
		case errors.Is(p.Err, os.ErrPermission):
			advice = asWhom
		case errors.Is(p.Err, exec.ErrNotFound):
			why = "journalctl is not installed"
		}
		places = append(places, safetext.Line(p.Path)+" ("+why+")")
	}
	return console.Refuse(exit.Usage, advice, "no log of sshd found on this machine; looked in %s", strings.Join(places, ", "))
}

// hint says what to do about an input that cannot be read.
func hint(err error) string {
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "install it, or read the log where it is: ssh HOST journalctl -o json -t sshd | rdnsproxy audit -"
	case errors.Is(err, os.ErrPermission):
		return asWhom
	case errors.Is(err, os.ErrNotExist):
		return "a FILE is a log, such as /var/log/auth.log or /var/log/secure; without one, this machine's log is read"
	}
	return "a FILE is a log of sshd, plain, gzip or zstd, or a directory with some"
}
