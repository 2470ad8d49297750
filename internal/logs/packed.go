package logs

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// packing is a compression, told by the first bytes of a file: names lie.
type packing struct {
	name  string
	magic string
	// program decompresses its stdin to its stdout. Only gzip needs none: the packages for
	// the others would cost each start of the program more than their logs are worth.
	program string
}

var packings = [...]packing{
	{"gzip", "\x1f\x8b", ""},
	{"zstd", "\x28\xb5\x2f\xfd", "zstd"},
	{"xz", "\xfd7zXZ\x00", "xz"},
	{"bzip2", "BZh", "bzip2"},
	{"lz4", "\x04\x22\x4d\x18", "lz4"},
}

// packingOf returns the compression of a file that begins with head, or nil.
func packingOf(head []byte) *packing {
	for i := range packings {
		if p := &packings[i]; bytes.HasPrefix(head, []byte(p.magic)) {
			return p
		}
	}
	return nil
}

// open returns what r decompresses to. The reader returns an error if the data ends early;
// it must be closed.
func (p *packing) open(ctx context.Context, r io.Reader) (io.ReadCloser, error) {
	if p.program != "" {
		return unpack(ctx, p, r)
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	return z, nil
}

// gzipTime returns when the file that was compressed was last written: RFC 1952, section 2.3.
// Unlike the file's own time it survives a copy; gzip leaves it out if it reads a pipe.
func gzipTime(head []byte) (time.Time, bool) {
	if len(head) < 8 || !bytes.HasPrefix(head, []byte(packings[0].magic)) {
		return time.Time{}, false
	}
	t := binary.LittleEndian.Uint32(head[4:])
	return time.Unix(int64(t), 0), t != 0
}

// unpack runs the program of a compression.
func unpack(ctx context.Context, p *packing, r io.Reader) (io.ReadCloser, error) {
	path, err := exec.LookPath(p.program)
	if err != nil {
		return nil, noProgram(fmt.Sprintf("compressed by %s, and the program %s is not installed", p.name, p.program))
	}
	return start(exec.CommandContext(ctx, path, "-dc"), r)
}

// noProgram is an error for a program that is not installed: an exec.ErrNotFound.
type noProgram string

func (n noProgram) Error() string { return string(n) }

// Is reports whether the error is of this kind.
func (n noProgram) Is(target error) bool { return target == exec.ErrNotFound }

// output is what a program writes. Its end is io.EOF only if the program succeeded.
type output struct {
	io.ReadCloser
	cmd    *exec.Cmd
	said   *tail
	waited bool
	err    error
}

// start runs a program that reads r, if r is not nil.
func start(cmd *exec.Cmd, r io.Reader) (*output, error) {
	o := &output{cmd: cmd, said: new(tail)}
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = r, o.said, time.Second
	cmd.Env = append(os.Environ(), "LC_ALL=C") // its words are read
	var err error
	if o.ReadCloser, err = cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return o, cmd.Start()
}

// Read reads what the program writes, and at the end reports how it ended.
func (o *output) Read(b []byte) (int, error) {
	n, err := o.ReadCloser.Read(b)
	if err == nil || n > 0 {
		return n, nil
	}
	if err := o.wait(); err != nil {
		return 0, err
	}
	return 0, io.EOF
}

func (o *output) wait() error {
	if o.waited {
		return o.err
	}
	o.waited = true
	if err := o.cmd.Wait(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		name := filepath.Base(o.cmd.Path)
		said := o.said.last()
		for _, prefix := range []string{name + ": ", "(stdin): ", `/*stdin*\ : `} {
			said = strings.TrimPrefix(said, prefix)
		}
		o.err = fmt.Errorf("%s: %s", name, cmp.Or(said, err.Error()))
	}
	return o.err
}

// Close ends the program if it still runs.
func (o *output) Close() error {
	o.ReadCloser.Close()
	if !o.waited {
		o.cmd.Process.Kill()
		o.wait()
	}
	return nil
}

// tail keeps the beginning of what a program says on stderr, which is short.
type tail struct{ text []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b[:min(len(b), 4096-len(t.text))]...)
	return len(b), nil
}

// last returns the last line that was said.
func (t *tail) last() string {
	text := strings.TrimSpace(string(t.text))
	return text[strings.LastIndexByte(text, '\n')+1:]
}
