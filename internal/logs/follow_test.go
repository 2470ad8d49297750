package logs

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rdnsproxy/sshdlog"
)

// following follows a file, and returns how to wait for the next events' ports.
func following(t *testing.T, o Options) (next func(want ...int)) {
	t.Helper()
	s := open(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	ports, ready, ended := make(chan int, 100), make(chan struct{}), make(chan error, 1)
	go func() {
		first := true
		_, err := s.Follow(ctx, func(_ *sshdlog.Frame, e *sshdlog.Event) error {
			ports <- int(e.Port)
			return nil
		}, func() error {
			if first {
				close(ready)
				first = false
			}
			return nil
		})
		ended <- err
	}()
	<-ready
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != context.Canceled {
			t.Errorf("ended by %v", err)
		}
	})
	time.Sleep(poll / 2) // the file is opened meanwhile
	return func(want ...int) {
		t.Helper()
		for _, w := range want {
			select {
			case got := <-ports:
				if got != w {
					t.Fatalf("port %d, want %d", got, w)
				}
			case <-time.After(20 * poll):
				t.Fatalf("port %d does not come", w)
			}
		}
		select {
		case got := <-ports:
			t.Fatalf("port %d, want no more", got)
		default:
		}
	}
}

// add appends to a file.
func add(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// line is a line of sshd's of now, with a port to know it by.
func line(port int) string { return failure(time.Now(), port) }

// TestFollow: what is added is read, once a line is complete.
func TestFollow(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "auth.log", line(1)+line(2)[:30], time.Now())
	next := following(t, Options{Names: []string{path}})
	next()
	add(t, path, line(2)[30:])
	next(2)
	add(t, path, line(3)+line(4)[:40])
	next(3)
	time.Sleep(poll)
	next()
	add(t, path, line(4)[40:])
	next(4)
}

// TestFollowSince: with a time to begin at, what is there already is read too, and of the
// rotated files before.
func TestFollowSince(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "auth.log.2.gz", zipped(line(1)), time.Now())
	write(t, dir, "auth.log.1", line(2), time.Now())
	path := write(t, dir, "auth.log", line(3), time.Now())
	o := Options{Names: []string{dir}}
	o.Tally.Since = 1
	next := following(t, o)
	next(1, 2, 3)
	add(t, path, line(4))
	next(4)
}

// TestFollowRename: the end of a file that was renamed is read before the new file, even if
// it is written after that.
func TestFollowRename(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "auth.log", "", time.Now())
	next := following(t, Options{Names: []string{path}})
	for i := range 3 {
		old := fmt.Sprint(path, ".", i)
		add(t, path, line(10*i+1))
		if err := os.Rename(path, old); err != nil {
			t.Fatal(err)
		}
		add(t, old, line(10*i+2))
		add(t, path, "")
		next(10*i+1, 10*i+2)
		add(t, old, line(10*i + 3)[:50]) // a program that is killed in the middle of a line
		add(t, path, line(10*i+4)+line(10*i+5))
		next(10*i+4, 10*i+5)
	}
}

// TestFollowCopy: of a file that is copied and cut (copytruncate) nothing is lost, and nothing
// is read twice.
func TestFollowCopy(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "auth.log", line(1)+line(2), time.Now())
	next := following(t, Options{Names: []string{path}})
	for i := range 2 {
		add(t, path, line(10*i+3))
		next(10*i + 3)
		add(t, path, line(10*i+4))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, t.TempDir(), "x", "", time.Now())
		if err := os.WriteFile(path+".1", text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		next(10*i + 4)
		add(t, path, line(10*i+5))
		next(10*i + 5)
	}
}

// TestFollowCut: a file that was cut is read from its beginning.
func TestFollowCut(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "auth.log", line(1)+line(2), time.Now())
	next := following(t, Options{Names: []string{path}})
	if err := os.WriteFile(path, []byte(line(3)), 0o600); err != nil {
		t.Fatal(err)
	}
	next(3)
	os.Remove(path)
	time.Sleep(2 * poll)
	add(t, path, line(4))
	next(4)
}

// TestFollowJournal: journalctl is asked for what is new, and is ended with ctx.
func TestFollowJournal(t *testing.T) {
	bin := t.TempDir()
	record := `{"__REALTIME_TIMESTAMP":"1795638236651567","_HOSTNAME":"h","SYSLOG_IDENTIFIER":"sshd",` +
		`"_PID":"%d","_UID":"0","MESSAGE":"Failed password for root from 203.0.113.7 port %d ssh2"}`
	script := "#!/bin/sh\necho \"$*\" >" + bin + "/asked\n" +
		"for p in 1 2; do printf '" + strings.ReplaceAll(record, "%d", "'$p'") + "\\n'; sleep 0.2; done\nexec sleep 60\n"
	if err := os.WriteFile(bin+"/journalctl", []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":/bin:/usr/bin")
	next := following(t, Options{Journal: true})
	next(1)
	next(2)
	asked, err := os.ReadFile(bin + "/asked")
	if a := string(asked); err != nil || !strings.Contains(a, "--follow") || !strings.Contains(a, "--lines=0") {
		t.Errorf("%q, %v", a, err)
	}
}
