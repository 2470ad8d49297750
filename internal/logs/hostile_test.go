package logs

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"rdnsproxy/audit/tally"
)

// zeros reads as so many zeros.
type zeros int64

func (z *zeros) Read(b []byte) (int, error) {
	if *z <= 0 {
		return 0, io.EOF
	}
	n := min(len(b), int(*z))
	clear(b[:n])
	*z -= zeros(n)
	return n, nil
}

// countWithin tallies a set in at most the given memory beyond what is in use.
func countWithin(t *testing.T, o Options, most uint64) (*tally.Tally, Input) {
	t.Helper()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	total, inputs, err := open(t, o).Tally(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > most {
		t.Errorf("%d bytes were allocated, want at most %d", grown, most)
	}
	return total, inputs[0]
}

// TestLongLine: a line of a quarter of a GiB takes no memory and is read once, though it is
// many parts long.
func TestLongLine(t *testing.T) {
	path := write(t, t.TempDir(), "auth.log", failure(endOf2026, 1), endOf2026)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const size = 256 << 20
	if _, err := f.WriteAt([]byte("\n"+failure(endOf2026, 2)), size); err != nil {
		t.Fatal(err)
	}
	for _, span := range []int64{0, 4 << 20} {
		o := Options{Names: []string{path}, span: span, Workers: 2}
		_, in := countWithin(t, o, 64<<20)
		if in.Lines != 3 || in.SSHD != 2 || in.Err != nil {
			t.Errorf("%+v", in)
		}
		s := open(t, o)
		if _, _, err := s.Tally(t.Context()); err != nil || s.watch.read.Load() > size*3/2 {
			t.Errorf("%d bytes were read, %v", s.watch.read.Load(), err)
		}
	}
}

// TestBomb: a small file that decompresses to a quarter of a GiB takes no memory.
func TestBomb(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	size := zeros(256 << 20)
	io.WriteString(w, failure(endOf2026, 1))
	io.Copy(w, &size)
	io.WriteString(w, "\n"+failure(endOf2026, 2))
	w.Close()
	_, in := countWithin(t, Options{Names: []string{write(t, t.TempDir(), "auth.log.gz", b.String(), endOf2026)}}, 32<<20)
	if in.SSHD != 2 || in.Bytes < 256<<20 || in.Err != nil {
		t.Errorf("%+v", in)
	}
}

// TestFIFO: a FIFO is read; one that nobody writes to ends with ctx.
func TestFIFO(t *testing.T) {
	dir := t.TempDir()
	if err := exec.Command("mkfifo", dir+"/silent", dir+"/fifo").Run(); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Names: []string{dir + "/silent"}})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, _, err := s.Tally(ctx); err != context.DeadlineExceeded {
		t.Error(err)
	}
	write := func(name, text string) {
		f, err := os.OpenFile(dir+name, os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(f, text)
		f.Close()
	}
	write("/silent", "") // its reader waits still
	go write("/fifo", failure(endOf2026, 7))
	if got, inputs := ports(t, Options{Names: []string{dir + "/fifo"}}); got != "7" {
		t.Errorf("%q, %+v", got, inputs)
	}
}

// TestEnds: a run that is ended returns what it has counted.
func TestEnds(t *testing.T) {
	path := write(t, t.TempDir(), "auth.log", longLog(), endOf2026)
	ctx, cancel := context.WithCancel(t.Context())
	s := open(t, Options{Names: []string{path}, span: 64 << 10, Workers: 1})
	s.o.Progress = func(p Progress) {}
	s.sources = append(s.sources, &source{name: "-", kind: stream, stdin: readerFunc(func([]byte) (int, error) {
		cancel()
		select {}
	})})
	total, inputs, err := s.Tally(ctx)
	if err != context.Canceled || inputs[0].Lines == 0 || inputs[0].Err != nil || inputs[1].Err == nil {
		t.Errorf("%v, %+v", err, inputs)
	}
	total.Finish()
	if n := total.Summary().Messages; n == [len(n)]int64{} {
		t.Error("nothing was counted")
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// TestGrows: what is added to a file while it is read is not read, and it may get shorter.
func TestGrows(t *testing.T) {
	path := write(t, t.TempDir(), "auth.log", failure(endOf2026, 1)+failure(endOf2026, 2), endOf2026)
	s := open(t, Options{Names: []string{path}})
	add(t, path, failure(endOf2026, 3))
	_, inputs, err := s.Tally(t.Context())
	if err != nil || inputs[0].Lines != 2 || inputs[0].Err != nil {
		t.Errorf("%+v, %v", inputs, err)
	}
	s = open(t, Options{Names: []string{path}})
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if _, inputs, err = s.Tally(t.Context()); err != nil || inputs[0].Err != errShorter || inputs[0].Lines != 2 {
		t.Errorf("%+v, %v", inputs, err)
	}
	s = open(t, Options{Names: []string{path}})
	os.Rename(path, path+".1")
	write(t, filepath.Dir(path), "auth.log", failure(endOf2026, 9), endOf2026)
	if _, inputs, err = s.Tally(t.Context()); err != nil || inputs[0].Bytes != 100 {
		t.Errorf("a file that was renamed after it was found: %+v, %v", inputs, err)
	}
}

// TestManyHosts: over a network, anybody can name a host in each line. What is known of each waits to
// be merged in small portions, and they amount to the same.
func TestManyHosts(t *testing.T) {
	const lines = 2*mostWaiting + 10
	var log strings.Builder
	for i := range lines {
		fmt.Fprintf(&log, "2026-11-25T20:08:24Z h%d sshd[%d]: Failed password for root from 203.0.113.5 port %d ssh2\n", i, i+1, i%60000+1)
	}
	s := open(t, Options{Names: []string{write(t, t.TempDir(), "auth.log", log.String(), endOf2026)}, Workers: 1})
	jobs := s.jobs()
	files := s.share(jobs)
	total := tally.New(s.o.Tally)
	for i := range jobs {
		results := make(chan result, 1)
		go s.work(t.Context(), new(part), &jobs[i], files[jobs[i].input], results)
		for r := range results {
			if n := r.tally.Edges(); n > mostEdges+1 {
				t.Errorf("%d edges", n)
			}
			if err := total.Merge(r.tally); err != nil {
				t.Fatal(err)
			}
		}
	}
	total.Finish()
	for c := range total.Clients() {
		if c.Connections != lines || c.Failed != lines {
			t.Errorf("%d connections, %d failed, want %d", c.Connections, c.Failed, lines)
		}
	}
}
