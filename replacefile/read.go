package replacefile

import (
	"bytes"
	"io"
	"os"
)

// Open opens a regular file for reading. What is another thing is refused with
// ErrNotRegular, and neither followed nor waited for.
func Open(path string) (*os.File, error) {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() { // before the open, which may have effects on a device
		return nil, orNotRegular(err)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openCarefully, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() { // it may be another by now
		f.Close()
		return nil, orNotRegular(err)
	}
	return f, nil
}

func orNotRegular(err error) error {
	if err == nil {
		err = ErrNotRegular
	}
	return err
}

// readAll reads a file from its beginning, in one piece of memory. ErrTooLong
// says that it has more than limit bytes.
func readAll(f *os.File, limit int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(make([]byte, 0, min(info.Size(), limit)+bytes.MinRead))
	if _, err := b.ReadFrom(io.NewSectionReader(f, 0, limit+1)); err != nil {
		return nil, err
	}
	if int64(b.Len()) > limit {
		return nil, ErrTooLong
	}
	return b.Bytes(), nil
}

// holds says whether a file has this content.
func holds(f *os.File, content []byte) (bool, error) {
	part := make([]byte, 64<<10)
	for at := 0; ; {
		n, err := f.ReadAt(part, int64(at))
		if n > len(content)-at || !bytes.Equal(part[:n], content[at:at+n]) {
			return false, nil
		}
		at += n
		if err == io.EOF {
			return at == len(content), nil
		}
		if err != nil {
			return false, err
		}
	}
}
