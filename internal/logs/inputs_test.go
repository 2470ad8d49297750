package logs

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/sshdlog"
)

// failure is a line of sshd's at a time, with a port to know it by.
func failure(at time.Time, port int) string {
	return fmt.Sprintf("%s host sshd[%d]: Failed password for root from 203.0.113.7 port %[2]d ssh2\n",
		at.Format(time.Stamp), port)
}

// ports reads a set, and returns the ports of its events in order, and its inputs.
func ports(t *testing.T, o Options) (string, []Input) {
	t.Helper()
	s := open(t, o)
	var all []string
	inputs, err := s.Events(t.Context(), func(_ *sshdlog.Frame, e *sshdlog.Event) error {
		all = append(all, fmt.Sprint(e.Port))
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " "), inputs
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

// piped returns what a program makes of a text.
func piped(t *testing.T, text string, program ...string) string {
	t.Helper()
	cmd := exec.Command(program[0], program[1:]...)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", program[0], err)
	}
	return string(out)
}

// TestFormats: what a file is, its bytes tell, not its name.
func TestFormats(t *testing.T) {
	text := failure(endOf2026, 1001) + failure(endOf2026, 1002)
	for name, content := range map[string]string{
		"plain.gz":   text,
		"gzip":       zipped(text),
		"members":    zipped(text[:len(text)/2]) + zipped(text[len(text)/2:]),
		"zstd":       piped(t, text, "zstd", "-c"),
		"xz.zst":     piped(t, text, "xz", "-c"),
		"bzip2":      piped(t, text, "bzip2", "-c"),
		"zeros":      strings.Repeat("\x00", 100_000) + "\n" + text,
		"no newline": strings.TrimSuffix(text, "\n"),
		"crlf":       strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := write(t, dir, name, content, endOf2026)
			got, inputs := ports(t, Options{Names: []string{path}})
			if got != "1001 1002" || inputs[0].Err != nil {
				t.Errorf("%s, %v", got, inputs[0].Err)
			}
			fifo, err := os.Open(path) // as stdin
			if err != nil {
				t.Fatal(err)
			}
			defer fifo.Close()
			got, inputs = ports(t, Options{Names: []string{"-"}, Stdin: fifo})
			if got != "1001 1002" || inputs[0].Err != nil {
				t.Errorf("from stdin: %s, %v", got, inputs[0].Err)
			}
		})
	}
}

// TestBadInputs: a bad input is named with the reason, and the others are read.
func TestBadInputs(t *testing.T) {
	dir := t.TempDir()
	text := failure(endOf2026, 1001)
	good := write(t, dir, "good.log", text, endOf2026)
	cut := zipped(strings.Repeat(text, 20_000))
	os.Symlink("loop", filepath.Join(dir, "loop"))
	os.Mkdir(filepath.Join(dir, "empty"), 0o700)
	elf := "\x7fELF\x02\x01\x01" + strings.Repeat("\x00\x01\x02\xff", 1000)
	for name, want := range map[string]string{
		"missing":                                "no such file or directory",
		"loop":                                   "too many levels of symbolic links",
		"empty":                                  errNoLog.Error(),
		"/dev/zero":                              "a device, not a log",
		write(t, dir, "program", elf, endOf2026): "binary data, not a log",
		write(t, dir, "short.gz", "\x1f\x8b\x08", endOf2026):           "unexpected EOF",
		write(t, dir, "broken.zst", "\x28\xb5\x2f\xfdxxxx", endOf2026): "zstd",
		write(t, dir, "cut.gz", cut[:len(cut)-100], endOf2026):         "unexpected EOF",
	} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			if !filepath.IsAbs(name) {
				name = filepath.Join(dir, name)
			}
			got, inputs := ports(t, Options{Names: []string{name, good}})
			if !strings.HasSuffix(got, "1001") || len(inputs) != 2 {
				t.Fatalf("%.100s, %v", got, inputs)
			}
			bad := inputs[0]
			if bad.Name != name {
				bad = inputs[1]
			}
			if bad.Err == nil || !strings.Contains(bad.Err.Error(), want) || strings.Contains(bad.Err.Error(), name) {
				t.Errorf("%v\nwant %s", bad.Err, want)
			}
			if strings.HasPrefix(filepath.Base(name), "cut") {
				if bad.Lines < 15_000 {
					t.Errorf("%d lines of a file without its end", bad.Lines)
				}
				return
			}
			_, err := Open(t.Context(), Options{Names: []string{name}})
			nothing, ok := errors.AsType[*NothingRead](err)
			if !ok || len(nothing.Inputs) != 1 || !strings.Contains(err.Error(), want) {
				t.Errorf("alone: %v", err)
			}
		})
	}
}

// TestEmpty: an empty file is read, and has no lines.
func TestEmpty(t *testing.T) {
	_, inputs := ports(t, Options{Names: []string{write(t, t.TempDir(), "auth.log", "", endOf2026)}})
	if len(inputs) != 1 || inputs[0].Err != nil || inputs[0].Lines != 0 {
		t.Errorf("%+v", inputs)
	}
}

// TestReadOnce: a file that is named twice, or by two names, is read once.
func TestReadOnce(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "auth.log", failure(endOf2026, 1001), endOf2026)
	os.Symlink(path, filepath.Join(dir, "link.log"))
	os.Link(path, filepath.Join(dir, "hard.log"))
	s := open(t, Options{Names: []string{path, path, filepath.Join(dir, "link.log"), filepath.Join(dir, "hard.log")}})
	if len(s.sources) != 1 || len(s.Notices) != 3 {
		t.Errorf("%d inputs, %q", len(s.sources), s.Notices)
	}
}

// TestFolder: of a folder its logs are read, rotated ones first.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"auth.log.2.gz", "auth.log.1", "auth.log", "messages", "authority.log", "sub/auth.log"} {
		text := failure(endOf2026, 1001+i)
		if strings.HasSuffix(name, ".gz") {
			text = zipped(text)
		}
		write(t, dir, name, text, endOf2026)
	}
	if got, _ := ports(t, Options{Names: []string{dir}}); got != "1001 1002 1003" {
		t.Error(got)
	}
	os.Remove(filepath.Join(dir, "auth.log"))
	os.Remove(filepath.Join(dir, "auth.log.1"))
	os.Remove(filepath.Join(dir, "auth.log.2.gz"))
	if got, _ := ports(t, Options{Names: []string{dir}}); got != "1004" {
		t.Error(got)
	}
}

// TestThisMachine: without names, the log of this machine is read: the journal on disk first,
// then the files, then the journal since the last start.
func TestThisMachine(t *testing.T) {
	root := t.TempDir()
	const machine = "0123456789abcdef0123456789abcdef/system.journal"
	o := Options{root: root, Zone: time.UTC}
	_, err := Open(t.Context(), o)
	if err == nil || err.Error() != "no log found on this machine" {
		t.Errorf("nothing: %v", err)
	}
	if nothing, ok := errors.AsType[*NothingRead](err); ok {
		var tried []string
		for _, p := range nothing.Tried {
			tried = append(tried, strings.TrimPrefix(p.Path, root)+" "+p.Err.Error())
		}
		want := []string{"/var/log/journal no such file or directory", "/var/log no such file or directory", "/run/log/journal no such file or directory"}
		if !slices.Equal(tried, want) {
			t.Errorf("tried %q", tried)
		}
	}
	for _, c := range []struct{ add, want string }{
		{"run/log/journal/" + machine, "journal"},
		{"var/log/messages", "messages"},
		{"var/log/secure", "secure"},
		{"var/log/secure-20261101", "secure-20261101 secure"},
		{"var/log/journal/" + machine, "journal"},
	} {
		write(t, root, c.add, failure(endOf2026, 1), endOf2026)
		var names []string
		for _, f := range open(t, o).sources {
			names = append(names, filepath.Base(f.name))
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("with %s: %s, want %s", c.add, got, c.want)
		}
	}
}

// TestOrder: files are read from the oldest to the newest, in whatever order they are named.
func TestOrder(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for i, name := range []string{"b/auth.log", "part10.log", "part9.log", "a/auth.log"} {
		at := endOf2026.AddDate(0, 0, -i)
		names = append(names, write(t, dir, name, failure(at, 1000+i), endOf2026))
	}
	for range names {
		names = append(names[1:], names[0])
		if got, _ := ports(t, Options{Names: names}); got != "1003 1002 1001 1000" {
			t.Errorf("%v: %s", names, got)
		}
	}
}

// TestWaitingInput: a FIFO that nobody writes to, and a stdin that never ends, end with ctx.
func TestWaitingInput(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	go io.WriteString(w, failure(endOf2026, 1001))
	s := open(t, Options{Names: []string{"-"}, Stdin: r})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	tally, inputs, err := s.Tally(ctx)
	if err != context.DeadlineExceeded || time.Since(began) > 5*time.Second || tally == nil || inputs[0].Err == nil {
		t.Errorf("%v after %v: %+v", err, time.Since(began), inputs)
	}
}

// TestLiveStdin: an event is handed on, and idle is called, before the next line is there.
func TestLiveStdin(t *testing.T) {
	r, w := io.Pipe()
	s := open(t, Options{Names: []string{"-"}, Stdin: r})
	seen, flushed, passed := 0, 0, make(chan int, 10)
	go func() {
		for i := range 3 {
			io.WriteString(w, failure(endOf2026, 1001+i))
			if n := <-passed; n != i+1 {
				t.Errorf("%d events passed on after %d lines", n, i+1)
			}
		}
		w.Close()
	}()
	_, err := s.Events(t.Context(), func(*sshdlog.Frame, *sshdlog.Event) error { seen++; return nil }, func() error {
		if seen > flushed {
			flushed = seen
			passed <- seen
		}
		return nil
	})
	if err != nil || seen != 3 {
		t.Errorf("%d events, %v", seen, err)
	}
}
