package sshconf

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// findSSH is the path of ssh, or the reason why it is not asked.
func (q Query) findSSH() (path, reason string) {
	switch {
	case q.Evaluating || evaluated():
		return "", "ssh is already evaluating it (Match exec)"
	case q.UserFile != "" || q.SystemFile != "":
		return "", "ssh cannot be told to read these files instead of its own"
	}
	path, err := q.lookSSH()
	if err != nil {
		return "", "there is no ssh: " + safetext.Line(err.Error())
	}
	return path, ""
}

// lookSSH is the path of ssh. The error says why there is none.
func (q Query) lookSSH() (string, error) {
	switch {
	case q.SSH != "":
		return exec.LookPath(q.SSH)
	case q.FindSSH != nil:
		return q.FindSSH()
	}
	return exec.LookPath("ssh")
}

// withoutSSH reports whether there is no ssh here, as in most containers. A user whom the
// user database does not have then has no configuration that anything would read.
func (q Query) withoutSSH() bool {
	_, err := q.lookSSH()
	return err != nil
}

// SlowError says that ssh -G did not end within limits.SSHTime: something in the
// configuration or in a wrapper of ssh waits.
type SlowError struct{}

func (*SlowError) Error() string { return fmt.Sprintf("no answer within %v", limits.SSHTime) }

// Reasons why the answer of an ssh -G that failed is not about the configuration.
const (
	notOpenSSH = "the ssh on PATH is not OpenSSH's" // one without -G, such as Dropbear's
	unknownUID = "ssh does not run for this user, who is not in the user database"
)

// beside is the reason why a failure of ssh says nothing about the configuration; "" if
// it does.
func (q Query) beside(ctx context.Context, failed error) string {
	var slow *SlowError
	var refused *RefusedError
	switch {
	case failed == nil, ctx.Err() != nil, limits.Starved(failed), errors.As(failed, &slow),
		errors.As(failed, &refused) && refused.ByUser:
		return ""
	case errors.As(failed, &refused) && strings.HasPrefix(refused.Text, "No user exists for uid "): // ssh.c, main
		return unknownUID
	case !strings.HasPrefix(q.Version(ctx), selfName):
		return notOpenSSH
	}
	return ""
}

// Bounds of what ssh -G may print, in bytes; about 5 KiB are usual.
const (
	maxAnswer    = 1 << 20
	maxComplaint = 64 << 10
)

// ask runs ssh -G and reads its output.
func (q Query) ask(ctx context.Context, ssh string) (*Host, error) {
	out, said, err := q.print(ctx, ssh)
	if err != nil {
		return nil, err
	}
	h, err := q.take(out)
	if err == nil {
		h.version = banner(said)
	}
	return h, err
}

// Print is all that ssh -G prints about q.Host; q.Keywords are ignored. Errors are
// Lookup's; if ssh cannot be asked, an *UnevaluatedError without a Host.
func (q Query) Print(ctx context.Context) (string, error) {
	if err := cmp.Or(checkHost(q.Host), q.understand()); err != nil {
		return "", err
	}
	ssh, reason := q.findSSH()
	if reason != "" {
		return "", &UnevaluatedError{[]Doubt{{Origin: commandLine, Construct: "the whole configuration"}}, reason}
	}
	out, _, err := q.print(ctx, ssh)
	return out, err
}

// print runs ssh -G and returns what it wrote to stdout and stderr. ssh -G runs the
// commands of Match exec, and may use DNS to canonicalise, so ctx limits its time.
func (q Query) print(ctx context.Context, ssh string) (out, said string, err error) {
	release, err := limits.Program(ctx)
	if err != nil {
		return "", "", fmt.Errorf("ssh -G: %w", context.Cause(ctx))
	}
	defer release()
	ctx, cancel := context.WithTimeoutCause(ctx, limits.SSHTime, &SlowError{})
	defer cancel()
	cmd := exec.CommandContext(ctx, ssh, q.sshArgs()...)
	cmd.Env = append(cmd.Environ(), EvaluatingEnv+"=1")
	stdout, stderr := &capped{limit: maxAnswer}, &capped{limit: maxComplaint}
	err = run(ctx, cmd, stdout, stderr)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", "", fmt.Errorf("ssh -G: %w", context.Cause(ctx))
	case errors.As(err, &exit):
		return "", "", refusal(stderr.String(), exit)
	case err != nil:
		return "", "", fmt.Errorf("ssh -G: %w", err)
	case stdout.over:
		return "", "", fmt.Errorf("ssh -G printed more than %d bytes", maxAnswer)
	}
	return stdout.String(), stderr.String(), nil
}

// run waits for the end of the command and of its stdout. A child of Match exec that
// lives on holds only stderr (ssh gives it another stdout), so stderr is not waited for,
// and an answer is never truncated.
func run(ctx context.Context, cmd *exec.Cmd, stdout, stderr *capped) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	cmd.Stdout, cmd.Stderr = w, stderr
	cmd.WaitDelay = 500 * time.Millisecond
	err = cmd.Start()
	w.Close()
	if err != nil {
		return err
	}
	read := make(chan error, 1)
	go func() {
		_, err := io.Copy(stdout, r)
		read <- err
	}()
	if err := cmd.Wait(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		r.Close()
		<-read
		return err
	}
	select {
	case err := <-read:
		return err
	case <-ctx.Done():
		r.Close()
		return <-read
	}
}

// sshArgs is the command line of ssh -G. The host comes after --. The user and the
// LogLevel of -q and -v come first, because the first value counts.
func (q Query) sshArgs() []string {
	args := []string{"-G"}
	if q.banner {
		args = append(args, "-v")
	}
	if level := q.logLevel(); level != "" {
		args = append(args, "-o", "LogLevel="+level)
	}
	if q.File != "" {
		args = append(args, "-F", q.File)
	}
	if q.User != "" {
		args = append(args, "-l", q.User)
	}
	for _, o := range q.options {
		switch o.letter {
		case 'E', 'G', 'O', 'Q', 'V', 'y': // they do not change the answer, and some have side effects
		case 'q', 'v': // see above
		case 'f', 's': // refused without a command
			if len(q.Remote) > 0 {
				args = append(args, o.words()...)
			}
		case 'P': // before 9.4 it took no value, and ssh would take the tag for the host
			args = append(args, "-o", "Tag="+o.value)
		default:
			args = append(args, o.words()...)
		}
	}
	return append(append(args, "--", q.Host), q.Remote...)
}

// take reads ssh -G's output, lines of "keyword value".
func (q Query) take(out string) (*Host, error) {
	h := &Host{Name: q.Host, By: BySSH, said: out}
	asked := make(map[string]bool)
	for _, k := range q.names() {
		asked[k] = true
	}
	named := false
	for ln := range strings.Lines(out) {
		k, v, _ := strings.Cut(strings.TrimRight(ln, "\r\n"), " ")
		k = lower(k)
		if k == "loglevel" && v == "SILENT" {
			v = "QUIET" // in Debian's ssh the level has both names
		}
		if asked[k] && v != "" {
			h.add(Value{k, v, BySSH})
		}
		named = named || k == "hostname"
	}
	if !named {
		return nil, errors.New("ssh -G printed no hostname")
	}
	return h, nil
}

// selfName is how OpenSSH's version begins, with -v and -V.
const selfName = "OpenSSH_"

// banner is ssh's version in what it wrote with -v; "" if there is none.
func banner(said string) string {
	line, _, _ := strings.Cut(said, "\n")
	if !strings.HasPrefix(line, selfName) {
		return ""
	}
	return safetext.Cut(safetext.Line(strings.TrimRight(line, "\r")), 200)
}

// refusal tells a broken configuration from a host that the user has refused.
func refusal(text string, exit *exec.ExitError) *RefusedError {
	e := &RefusedError{Text: complaint(text, exit)}
	e.ByUser = strings.Contains(e.Text, ": RefuseConnection: ") // readconf.c, oRefuseConnection
	return e
}

// complaint is the end of what ssh wrote to stderr, on one line.
func complaint(text string, exit *exec.ExitError) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	lines = slices.DeleteFunc(lines, func(s string) bool {
		return strings.HasPrefix(s, "Pseudo-terminal will not be allocated") || // because we have no terminal
			strings.HasPrefix(s, "debug1: ") || strings.HasPrefix(s, selfName) // from -v
	})
	if len(lines) == 0 {
		return exit.String()
	}
	return safetext.Cut(safetext.Line(strings.Join(lines[max(0, len(lines)-3):], "; ")), 400)
}

// display makes a construct safe and short enough for a Doubt.
func display(s string) string { return safetext.Cut(safetext.Line(s), 80) }

// capped keeps the first limit bytes and discards the rest. The buffer is not embedded:
// io.Copy would find its ReadFrom and bypass Write.
type capped struct {
	kept  bytes.Buffer
	limit int
	over  bool
}

func (c *capped) Write(p []byte) (int, error) {
	if room := c.limit - c.kept.Len(); len(p) > room {
		c.over = true
		c.kept.Write(p[:room])
	} else {
		c.kept.Write(p)
	}
	return len(p), nil
}

func (c *capped) String() string { return c.kept.String() }
