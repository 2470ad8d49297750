package sshdlog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"rdnsproxy/limits"
)

// ExportReader cuts the output of journalctl -o export into records, which Parse reads with
// Input JournalExport. The format is systemd's "Journal Export Format": fields, and an empty
// line behind each record. Values can hold newlines, so records are not lines.
type ExportReader struct {
	r      *bufio.Reader
	record []byte
	seen   [parts]uint32 // the ranks of the fields in record
}

// NewExportReader returns an ExportReader that reads from r.
func NewExportReader(r io.Reader) *ExportReader {
	return &ExportReader{r: bufio.NewReaderSize(r, limits.LogLine)}
}

// errExport is for input that is no journal export.
var errExport = errors.New("not in the journal's export format")

// Next returns the next record. It is valid until the next call, and holds only the fields that
// Parse uses, with at most limits.LogLine bytes each, however large the record is. The error
// is io.EOF at the end, and io.ErrUnexpectedEOF if the last record is not whole.
func (x *ExportReader) Next() ([]byte, error) {
	x.record, x.seen = x.record[:0], [parts]uint32{}
	for fields := 0; ; fields++ {
		line, err := x.r.ReadSlice('\n')
		switch {
		case err == nil, err == bufio.ErrBufferFull:
		case err == io.EOF && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case err == io.EOF && fields > 0:
			return x.record, nil // journalctl ends with an empty line, a copy may not
		default:
			return nil, err
		}
		if len(line) == 1 {
			if fields == 0 {
				fields-- // more empty lines than one
				continue
			}
			return x.record, nil
		}
		if err := x.field(line, err == nil); err != nil {
			return nil, err
		}
	}
}

// field reads the rest of a field that begins with line, which is whole or fills the buffer.
func (x *ExportReader) field(line []byte, whole bool) error {
	i := bytes.IndexByte(line, '=')
	if i < 0 {
		if !whole {
			return errExport
		}
		return x.binary(line[:len(line)-1])
	}
	wanted := x.wants(line[:i])
	if wanted {
		x.record = append(x.record, line...)
	}
	for !whole { // the rest of a long line
		_, err := x.r.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return unexpected(err)
		}
		if whole = err == nil; whole && wanted {
			x.record = append(x.record, '\n')
		}
	}
	return nil
}

// binary reads the value of a field whose name stands alone in its line: 8 bytes with its length,
// little-endian, the value, and a newline.
func (x *ExportReader) binary(name []byte) error {
	wanted := x.wants(name)
	if wanted {
		x.record = append(append(x.record, name...), '\n')
	}
	var size [8]byte
	if _, err := io.ReadFull(x.r, size[:]); err != nil {
		return unexpected(err)
	}
	left := binary.LittleEndian.Uint64(size[:])
	if keep := min(left, limits.LogLine); wanted {
		x.record = binary.LittleEndian.AppendUint64(x.record, keep)
		at := len(x.record)
		x.record = append(x.record, make([]byte, keep)...)
		if _, err := io.ReadFull(x.r, x.record[at:]); err != nil {
			return unexpected(err)
		}
		left -= keep
	}
	for left > 0 {
		n, err := x.r.Discard(int(min(left, 1<<20)))
		if left -= uint64(n); err != nil {
			return unexpected(err)
		}
	}
	end, err := x.r.ReadByte()
	if err != nil {
		return unexpected(err)
	}
	if end != '\n' {
		return errExport
	}
	if wanted {
		x.record = append(x.record, '\n')
	}
	return nil
}

// wants tells whether Parse uses a field, and has it not. A program can log a field many times.
func (x *ExportReader) wants(name []byte) bool {
	to, rank := nameOf(name)
	if to == noPart || x.seen[to]&(1<<rank) != 0 {
		return false
	}
	x.seen[to] |= 1 << rank
	return true
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// exportField reads the field at the beginning of a record, and returns its length; 0: there
// is none.
func exportField(b []byte) (name, value []byte, n int) {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return nil, nil, 0
	}
	if i := bytes.IndexByte(b[:end], '='); i >= 0 {
		return b[:i], b[i+1 : end], end + 1
	}
	name = b[:end]
	if b = b[end+1:]; len(b) < 8 {
		return nil, nil, 0
	}
	size := binary.LittleEndian.Uint64(b)
	b = b[8:]
	if size >= uint64(len(b)) || b[size] != '\n' {
		return nil, nil, 0
	}
	return name, b[:size], end + 1 + 8 + int(size) + 1
}
