package lockedfile

import (
	"bytes"
	"io"
	"os"
)

// readAll reads a file from its beginning, into one piece of memory. ErrTooLong says that
// it has more than limit bytes.
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

// holds reports whether a file has this content.
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
