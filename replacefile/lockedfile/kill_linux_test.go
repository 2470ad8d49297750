package lockedfile_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rdnsproxy/replacefile/internal/filetest"
	"rdnsproxy/replacefile/lockedfile"
)

const (
	kills   = 1000
	victim  = "LOCKEDFILE_TEST_VICTIM"  // writes this file until it is killed
	counter = "LOCKEDFILE_TEST_COUNTER" // adds so many lines to this file
)

// day is a time for names of backups.
var day = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// Two contents of many pages that differ from the first line on and in length.
var contents = [2]string{
	"old\n" + strings.Repeat("192.0.2.1 old.example\n", 3000),
	"new\n" + strings.Repeat("192.0.2.22 new.example\n", 3500),
}

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(victim) != "":
		write := writeUntilKilled(os.Getenv(victim))
		fmt.Fprintln(os.Stderr, write)
		os.Exit(1)
	case os.Getenv(counter) != "":
		if err := addLines(os.Getenv(counter), 20); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func writeUntilKilled(path string) error {
	for first := true; ; first = false {
		h, err := lockedfile.Open(path, lockedfile.Options{})
		if err != nil {
			return err
		}
		next := contents[0]
		if string(h.Content) == next {
			next = contents[1]
		}
		if first {
			fmt.Println("ready")
		}
		if _, err := h.Replace([]byte(next)); err != nil {
			return err
		}
		h.Close()
	}
}

// killWhileWriting starts a writer and kills it within a few of its writes.
func killWhileWriting(t *testing.T, path string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victim+"="+path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	ready, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(ready, make([]byte, len("ready\n"))); err != nil {
		cmd.Wait()
		t.Fatalf("%v: %s", err, stderr.String())
	}
	time.Sleep(rand.N(4 * time.Millisecond))
	cmd.Process.Kill()
	if cmd.Wait(); stderr.Len() > 0 {
		t.Fatal(stderr.String())
	}
}

func whole(s string) bool { return s == contents[0] || s == contents[1] }

// Killed at any moment, the file is the old one or the new one, at once.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it kills hundreds of writers")
	}
	t.Parallel()
	dir := filetest.Dir(t)
	path := filepath.Join(dir, "hosts")
	filetest.Write(t, path, contents[0])
	for n := range kills {
		killWhileWriting(t, path)
		if got := filetest.Content(t, path); !whole(got) {
			t.Fatalf("after %d kills: %d bytes", n+1, len(got))
		}
	}
	opened(t, path, lockedfile.Options{}).Close()
	filetest.Only(t, dir, "hosts")
}

// Where it must be written in place, it is so as soon as somebody holds it.
func TestKilledMounted(t *testing.T) {
	if testing.Short() {
		t.Skip("it kills hundreds of writers")
	}
	if os.Getenv(inOwnMounts) == "" {
		t.Parallel()
	}
	if !ownMounts(t) {
		return
	}
	dir, engine := filetest.Dir(t), filetest.Dir(t)
	path, source := filepath.Join(dir, "hosts"), filepath.Join(engine, "source")
	filetest.Write(t, path, "")
	filetest.Write(t, source, contents[0])
	bind(t, source, path, 0)
	interrupted, repaired := 0, 0
	for n := range kills {
		killWhileWriting(t, path)
		if lockedfile.Interrupted(path, lockedfile.Options{}) != "" {
			interrupted++
		}
		h := opened(t, path, lockedfile.Options{})
		if h.Repaired {
			repaired++
		}
		if got := filetest.Content(t, path); !whole(got) || got != string(h.Content) {
			t.Fatalf("after %d kills: %d bytes", n+1, len(got))
		}
		h.Close()
	}
	filetest.Only(t, dir, "hosts")
	t.Logf("%d kills, %d of them while it was written in place, %d of these left a mixture", kills, interrupted,
		repaired)
}

// addLines adds lines one at a time, each to what it has just read; whoever
// loses a race starts again.
func addLines(path string, n int) error {
	for range n {
		h, err := lockedfile.Open(path, lockedfile.Options{Wait: time.Minute})
		if err != nil {
			return err
		}
		_, err = h.Replace(append(h.Content, "line\n"...))
		h.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// No line of one process is lost to another.
func TestManyWriters(t *testing.T) {
	dir := filetest.Dir(t)
	path := filepath.Join(dir, "hosts")
	filetest.Write(t, path, "")
	var writers []*exec.Cmd
	for range 4 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), counter+"="+path)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writers = append(writers, cmd)
	}
	for _, cmd := range writers {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if got := strings.Count(filetest.Content(t, path), "line\n"); got != 4*20 {
		t.Errorf("%d lines of %d", got, 4*20)
	}
	filetest.Only(t, dir, "hosts")
}
