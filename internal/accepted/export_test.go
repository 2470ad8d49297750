package accepted

import "time"

const MaxFile, MaxLine = maxFile, maxLine

// Touch updates a file by an edit that changes nothing, with patience of its own.
func Touch(path string, patience time.Duration) error {
	return update(path, patience, func(f *File) string { return f.Text() })
}

// With is the text of a file in which a mapping has come to stand.
func With(f *File, m Mapping) string { return f.with([]Mapping{m}) }

// Without is the text of a file from which a name has gone.
func Without(f *File, name string) string {
	return f.edited(func(kept string) (string, bool) { return "", kept == name })
}
