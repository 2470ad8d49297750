package tally

import (
	"errors"
	"io"
)

// Encode writes a Tally that is not finished, for Decode.
func (t *Tally) Encode(w io.Writer) error { return errors.New("not yet") }

// Decode reads what Encode has written. A Tally of another version of the format, or with
// other names' hashes, is an error.
func Decode(r io.Reader) (*Tally, error) { return nil, errors.New("not yet") }
