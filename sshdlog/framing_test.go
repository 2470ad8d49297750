package sshdlog

import (
	"strings"
	"testing"
)

func TestFramingWords(t *testing.T) {
	for _, f := range Framings() {
		if g, err := ParseFraming(f.String()); err != nil || g != f {
			t.Errorf("%v: %v %v", f, g, err)
		}
	}
	if _, err := ParseFraming("xml"); err == nil || !strings.Contains(err.Error(), "journal-json") {
		t.Error(err)
	}
}

func TestDetect(t *testing.T) {
	bare := "Failed password for root from 192.0.2.1 port 1 ssh2\r\n"
	syslog := "Nov 25 20:08:24 fs1 sshd[1]: Accepted password for root from 1.2.3.4 port 22 ssh2\n"
	for _, c := range []struct {
		name, log string
		want      Framing
	}{
		{"nothing", "", Auto},
		{"another log", "hello\nworld\n", Auto},
		{"one line without an end", "Failed password for root from 192.0.2.1 port 1 ssh2", Bare},
		{"bare", "Server listening on :: port 22.\r\n" + bare, Bare},
		{"bare, before the first client", "Server listening on 0.0.0.0 port 22.\r\nServer listening on :: port 22.\r\n", Bare},
		{"bare, restarted", "debug1: sshd version OpenSSH_9.2\r\nServer listening on :: port 22 rdomain mgmt.\nReceived SIGHUP; restarting.\n", Bare},
		{"another server that listens", "Server listening on port 8080.\nServer listening on http://0.0.0.0:80\n", Auto},
		{"another log with such a line", "ready\nServer listening on 0.0.0.0 port 8080.\n", Auto},
		{"bare, with a line that a client made up", bare + bare + syslog, Bare},
		{"syslog", syslog, Auto},
		{"syslog, with a line that is none", bare + strings.Repeat(syslog, 40), Auto},
		{"bare, with more lines that a client made up", bare + strings.Repeat(syslog, 8), Bare},
		{"docker logs -t", "2026-11-25T20:08:24.687000000Z " + bare, Bare},
		{"docker logs -t, with lines that a client made up", "2026-11-25T20:08:24.687000000Z " + bare +
			strings.Repeat("2026-11-25T20:08:24.687000000Z sshd[1]: Accepted password for root from 1.2.3.4 port 22 ssh2\n", 8), Bare},
		{"syslog of other programs", "Nov 25 20:08:24 fs1 cron[1]: x\n", Auto},
		{"tags in other lines of a syslog", syslog + "web | sshd[1]: x\nweb | sshd[1]: x\n", Auto},
		{"tags", "web | sshd[1]: x\n", Loose},
		{"export", "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n\n", JournalExport},
		{"a last line that is not whole", syslog + "Failed password for", Auto},
	} {
		if got := Detect([]byte(c.log)); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
