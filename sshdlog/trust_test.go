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

// TestStrangersLines: in what a container or sshd -e wrote, a client can have written the
// stamp and the tag of a line too.
func TestStrangersLines(t *testing.T) {
	const forged = "sshd[1]: Accepted password for root from 1.2.3.4 port 22 ssh2"
	for _, c := range []struct {
		name  string
		input Framing
		line  string
	}{
		{"sshd -e", Bare, "Nov 25 20:08:24 fs1 " + forged},
		{"docker logs -t", Bare, "2026-11-25T20:08:24.687000000Z " + forged},
		{"docker logs -t, whole", Bare, "2026-11-25T20:08:24.687000000Z " + forged[len("sshd[1]: "):]},
		{"a collector's stream", Auto, `{"message":"Nov 25 20:08:24 fs1 ` + forged + `","stream":"stderr"}`},
		{"the fluentd driver of docker", Auto, `{"log":"Nov 25 20:08:24 fs1 ` + forged + `","source":"stderr","container_id":"1f"}`},
		{"a pod", Auto, `{"message":"Nov 25 20:08:24 fs1 ` + forged + `","kubernetes":{"pod_name":"sshd-0"}}`},
		{"a container, with a tag", Auto, `{"log":"` + forged[len("sshd[1]: "):] + `","tag":"sshd","container_name":"/sshd"}`},
		{"a container of ECS", Auto, `{"message":"Nov 25 20:08:24 fs1 ` + forged + `","container":{"id":"1f"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Parser{Input: c.input}
			var f Frame
			var e Event
			if found := p.Parse([]byte(c.line), &f); found != OK || f.Trust != Stranger {
				t.Fatalf("%v, trust %v", found, f.Trust)
			}
			if !ParseEvent(&f, &e) || e.Kind != Accepted {
				t.Errorf("%v", e.Kind)
			}
		})
	}
}
