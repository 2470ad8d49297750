package sshdlog

import "testing"

// TestLocalRecords: what another local user wrote into the journal is not sure, but a
// session's own process runs as its user.
func TestLocalRecords(t *testing.T) {
	for message, want := range map[string]struct {
		trust Trust
		kind  Kind
	}{
		"Accepted password for root from 1.2.3.4 port 22 ssh2":                  {Local, Accepted},
		"reverse mapping checking getaddrinfo for x.example [1.2.3.4] failed.":  {Local, MapFailed},
		"Connection from 1.2.3.4 port 22 on 192.0.2.1 port 22":                  {Local, Start},
		"Disconnected from user anna 192.0.2.7 port 4022":                       {Root, Gone},
		"Received disconnect from 192.0.2.7 port 4022:11: disconnected by user": {Root, Gone},
		"Starting session: command for anna from 192.0.2.7 port 4022 id 0":      {Root, Other},
	} {
		f := Frame{Msg: []byte(message), Cut: 500, Repeat: 1, Trust: Local, UID: 1000}
		var e Event
		ParseEvent(&f, &e)
		if f.Trust != want.trust || e.Kind != want.kind || want.trust == Local && (e.Sure || e.Addr.IsValid() || e.Port != 0) {
			t.Errorf("%s: trust %v, %v, sure %t, %v", message, f.Trust, e.Kind, e.Sure, e.Addr)
		}
	}
}
