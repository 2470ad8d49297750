package report

import (
	"encoding/json"
	"io"

	"rdnsproxy/check"
)

// jsonArray writes one array, each element as soon as its result is there.
type jsonArray struct {
	w     io.Writer
	began bool
}

func (j *jsonArray) Result(r *check.Result) error {
	b, err := json.MarshalIndent(r, "  ", "  ")
	if err != nil {
		return err
	}
	sep := "[\n  "
	if j.began {
		sep = ",\n  "
	}
	j.began = true
	_, err = j.w.Write(append([]byte(sep), b...))
	return err
}

func (j *jsonArray) Close() error {
	end := "\n]\n"
	if !j.began {
		end = "[]\n"
	}
	_, err := io.WriteString(j.w, end)
	return err
}
