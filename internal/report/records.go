package report

import (
	"io"

	"rdnsproxy/check"
)

// Recorder is the Handler of a format with Format.Append: a result is a record of its
// own, which can be made elsewhere, such as on the goroutine that judged it.
type Recorder interface {
	Handler
	Record([]byte) error // writes what Append made of a result, as Result would
}

// records writes records after a head, which may be empty.
type records struct {
	w      io.Writer
	head   string
	append func(dst []byte, r *check.Result) []byte
	began  bool
	buffer []byte
}

func (r *records) Result(result *check.Result) error {
	r.buffer = r.append(r.buffer[:0], result)
	return r.Record(r.buffer)
}

func (r *records) Record(b []byte) error {
	if err := r.begin(); err != nil {
		return err
	}
	_, err := r.w.Write(b)
	return err
}

func (r *records) Close() error { return r.begin() }

// begin writes the head, once.
func (r *records) begin() error {
	if r.began || r.head == "" {
		return nil
	}
	r.began = true
	_, err := io.WriteString(r.w, r.head)
	return err
}

// appendJSONLine appends a result as one line of JSON.
func appendJSONLine(dst []byte, r *check.Result) []byte { return append(r.AppendJSON(dst), '\n') }
