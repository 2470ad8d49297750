package sshdlog

import "testing"

// Who the journal proves to have logged.
func TestJournalTrust(t *testing.T) {
	for _, c := range []struct {
		name, members string
		trust         Trust
		uid           uint32
		cut           int
	}{
		{"root", `"_UID":"0"`, Root, 0, 500},
		{"a user", `"_UID":"1000"`, Local, 1000, 500},
		{"no user", `"x":"y"`, Unknown, 0, 500},
		{"a user that cannot be read", `"_UID":"x"`, Unknown, 0, 500},
		{"syslog", `"_UID":"0","_TRANSPORT":"syslog"`, Root, 0, 500},
		{"stderr of a service", `"_UID":"0","_TRANSPORT":"stdout"`, Stranger, 0, cutBare},
		{"a container", `"_UID":"0","_TRANSPORT":"journal","CONTAINER_ID":"1","CONTAINER_NAME":"web"`, Stranger, 0, cutBare},
	} {
		p := new(Parser)
		var f Frame
		line := `{"__REALTIME_TIMESTAMP":"1","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"x",` + c.members + `}`
		if found := p.Parse([]byte(line), &f); found != OK || f.Trust != c.trust || f.UID != c.uid || f.Cut != c.cut {
			t.Errorf("%s: %v, trust %d, user %d, cut %d", c.name, found, f.Trust, f.UID, f.Cut)
		}
	}
}
