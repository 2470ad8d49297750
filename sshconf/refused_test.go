package sshconf

import (
	"errors"
	"strings"
	"testing"
)

// TestStrict: what makes ssh refuse to run is found wherever it stands, though
// nothing is asked that the line bears on.
func TestStrict(t *testing.T) {
	for _, text := range []string{"Bogus yes", "Compression maybe", "Host other\n\tCompression maybe", "Match nosuch", "Host other\n\tBogus x", "Ciphers nosuch", "\"Bogus\" x", "Port"} {
		q := write(t, text+"\n")
		q.Keywords = []string{"connecttimeout"}
		if _, err := q.Lookup(t.Context()); err != nil && text != "\"Bogus\" x" {
			t.Errorf("%q: %v, and it was not wanted", text, err)
		}
		q.Strict = true
		var refused *RefusedError
		if h, err := q.Lookup(t.Context()); !errors.As(err, &refused) || refused.ByUser {
			t.Errorf("%q: %+v, %v", text, h, err)
		}
	}
	q := write(t, "Host web\n\tHostName real\nIgnoreUnknown Bogus\nBogus yes\nMatch exec true\n\tPort 7\n")
	q.Keywords, q.Strict = []string{"port"}, true
	if h, err := q.Lookup(t.Context()); err != nil || h.Port != 7 {
		t.Errorf("%+v, %v", h, err)
	}
}

// TestRefuseConnection: a message of the user's own is no broken configuration.
// The words are OpenSSH's since 10.1.
func TestRefuseConnection(t *testing.T) {
	q := write(t, "RefuseConnection \"use the other one\"\n")
	q.Strict = true
	q.SSH = fakeSSH(t, "echo \""+q.File+" line 1: RefuseConnection: use the other one\" >&2; exit 255")
	var refused *RefusedError
	if _, err := q.Lookup(t.Context()); !errors.As(err, &refused) || !refused.ByUser || !strings.Contains(refused.Text, "use the other one") {
		t.Errorf("%v", err)
	}
}
