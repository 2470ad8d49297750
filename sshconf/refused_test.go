package sshconf

import (
	"errors"
	"strings"
	"testing"
)

// Whatever makes ssh refuse to run is found anywhere, even if the line has no effect on the
// wanted keywords.
func TestStrict(t *testing.T) {
	for _, text := range []string{"Bogus yes", "Compression maybe", "Host other\n\tCompression maybe", "Match nosuch",
		"Host other\n\tBogus x", "Ciphers nosuch", "\"Bogus\" x", "Port"} {
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

// A message of the user's own is not a broken configuration. The words are OpenSSH's since
// 10.1.
func TestRefuseConnection(t *testing.T) {
	q := write(t, "RefuseConnection \"use the other one\"\n")
	q.Strict = true
	q.SSH = fakeSSH(t, "echo \""+q.File+" line 1: RefuseConnection: use the other one\" >&2; exit 255")
	var refused *RefusedError
	if _, err := q.Lookup(t.Context()); !errors.As(err, &refused) || !refused.ByUser || !strings.Contains(refused.Text,
		"use the other one") {
		t.Errorf("%v", err)
	}
}

// If it is not known whether ssh accepts a line, the error says so, and everything else is
// as written.
func TestStrictWithoutSSH(t *testing.T) {
	for name, ssh := range map[string]string{
		"none":    "/nonexistent/ssh",
		"another": program(t, `echo "Dropbear v2022.83: unknown option $1" >&2; exit 1`),
		"strange": program(t, "echo hello"),
	} {
		q := write(t, "Host web\n\tHostName real\n\tPort 7\n\tRevokedHostKeys /etc/revoked\nHost other\n\tBogus x\n")
		q.Keywords, q.Strict, q.SSH = []string{"hostname", "port", "user"}, true, ssh
		h, err := q.Lookup(t.Context())
		var u *UnevaluatedError
		if !errors.As(err, &u) || len(u.Doubts) != 2 || h == nil || h.Port != 7 || h.HostName != "real" {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
		var not *NotAskedError
		if _, err := q.Asker().Ask(t.Context(), nil, &Host{Name: "web"}); !errors.As(err, &not) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMaySet(t *testing.T) {
	q := write(t, "Host web\n\tRevokedHostKeys /etc/revoked\nHost db\n\tRevokedHostKeys none\nHost *\n\tUser x\n")
	q.Keywords = []string{"revokedhostkeys", "knownhostscommand"}
	for host, want := range map[string]bool{"web": true, "db": false, "mail": false} {
		c, err := q.Read()
		if err != nil || c.MaySet(host, "revokedhostkeys") != want || c.MaySet(host, "knownhostscommand") {
			t.Errorf("%s: %v", host, err)
		}
	}
	q = write(t, "Match user x\n\tRevokedHostKeys /etc/revoked\n")
	q.Keywords = []string{"revokedhostkeys", "knownhostscommand"}
	if c, err := q.Read(); err != nil || !c.MaySet("web", "revokedhostkeys") || c.MaySet("web", "knownhostscommand") {
		t.Error(err)
	}
}
