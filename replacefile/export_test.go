package replacefile

import "testing"

// WriteJournal leaves what a process leaves that is killed while it writes in
// place.
func WriteJournal(t *testing.T, path, before, after string) string {
	t.Helper()
	h, err := Hold(path, HoldOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	j := h.place.journal()
	if err := j.write([]byte(before), []byte(after)); err != nil {
		t.Fatal(err)
	}
	return j.path(j.name)
}
