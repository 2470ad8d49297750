package inputs

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// maxShown is how much of a line that cannot be read is kept, in bytes.
const maxShown = 256

// textFile is an input of lines, however long it is: a line is in memory at a time.
type textFile struct {
	name string // as messages have it, safe to print
	hint string // what the flag that named it takes
	file io.Closer
	in   *bufio.Reader
	most int // bytes of a line
	line int // number of the line that next has returned
	err  error
}

// openText opens a file whose lines are at most most bytes long. The path - is stdin.
// The error is a Refusal.
func openText(path string, stdin io.Reader, hint string, most int) (*textFile, error) {
	t := &textFile{name: console.InputName(path), hint: hint, most: most}
	in := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, t.refuse(err)
		}
		t.file, in = file, file
	}
	t.in = bufio.NewReaderSize(in, most+2) // with its CRLF
	if err := t.skipMark(); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// Exists returns a Refusal if an input is a file that is not there, so that a run does not
// find that out hours later. It opens nothing: a pipe may be opened once.
func Exists(path string) error {
	if path == "-" {
		return nil
	}
	_, err := os.Stat(path)
	if err != nil {
		return console.Refuse(exit.Usage, inputHint, "%s: %v", safetext.Line(path), reason(err))
	}
	return nil
}

// inputHint is the hint where a file is not there.
const inputHint = "--from-file and --ansible take a file, or - for stdin"

// skipMark skips the byte order mark of UTF-8, and refuses that of UTF-16.
func (t *textFile) skipMark() error {
	start, _ := t.in.Peek(3) // an error comes again with the first line
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, _ = t.in.Discard(3) // they are buffered
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return console.Refuse(exit.Usage, "'iconv -f UTF-16 -t UTF-8' converts it", "%s: the file is in UTF-16, not UTF-8", t.name)
	}
	return nil
}

// next reads the next line, without its line break. It is valid until the next call. bad
// is why it cannot be used: then it is cut. ok is false at the end of the file, and
// where it cannot be read on (err).
func (t *textFile) next() (line []byte, bad error, ok bool) {
	line, err := t.in.ReadSlice('\n')
	if err != nil && len(line) == 0 {
		if err != io.EOF {
			t.err = t.refuse(err)
		}
		return nil, nil, false
	}
	t.line++
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	shown := line[:min(len(line), maxShown)]
	switch {
	case err == bufio.ErrBufferFull:
		shown = bytes.Clone(shown)
		if err = t.skipLine(); err != nil && err != io.EOF {
			t.err = t.refuse(err)
			return nil, nil, false
		}
		fallthrough
	case len(line) > t.most:
		return shown, console.Refuse(exit.Usage, t.hint, "the line is longer than %d bytes", t.most), true
	case bytes.IndexByte(line, 0) >= 0:
		return shown, console.Refuse(exit.Usage,
			"a list is text in UTF-8; 'iconv -f UTF-16 -t UTF-8' converts other text", "the line has a NUL byte"), true
	}
	return line, nil, true
}

// skipLine reads to the end of a line that is too long.
func (t *textFile) skipLine() error {
	for {
		if _, err := t.in.ReadSlice('\n'); err != bufio.ErrBufferFull {
			return err
		}
	}
}

// where returns the place of the line that next has returned.
func (t *textFile) where() string { return t.name + ":" + strconv.Itoa(t.line) }

func (t *textFile) close() {
	if t.file != nil {
		t.file.Close()
	}
}

// refuse returns a Refusal for an error of reading.
func (t *textFile) refuse(err error) error {
	return console.Refuse(exit.Usage, t.hint, "%s: %v", t.name, reason(err))
}

// reason returns an error of the os package without its operation and path.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
