package lockedfile

import "testing"

// WriteJournal leaves the journal of a process that was killed while it wrote in place.
func WriteJournal(t *testing.T, path, before, after string) string {
	t.Helper()
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	j := f.work.journal()
	if err := j.write([]byte(before), []byte(after)); err != nil {
		t.Fatal(err)
	}
	return j.join(j.name)
}
