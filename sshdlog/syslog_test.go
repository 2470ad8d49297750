package sshdlog

import (
	"strings"
	"testing"
	"time"
)

// at is 2026-11-25 20:08:24 UTC.
const at = 1795637304

func TestSyslog(t *testing.T) {
	for _, c := range []struct {
		name, line, host string
		pid              uint32
		micro            int32
		cut              int
	}{
		{"RFC 3164", "Nov 25 20:08:24 fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"priority", "<38>Nov 25 20:08:24 fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"no host", "Nov 25 20:08:24 sshd[381]: MSG", "", 381, -1, 500},
		{"no pid", "Nov 25 20:08:24 fs1 sshd: MSG", "fs1", 0, -1, 500},
		{"syslog-ng's source", "Nov 25 20:08:24 src@fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"syslog-ng's relay", "Nov 25 20:08:24 fs1/relay sshd[381]: MSG", "fs1", 381, -1, 500},
		{"both", "Nov 25 20:08:24 src@fs1/relay sshd[381]: MSG", "fs1", 381, -1, 500},
		{"FreeBSD", "Nov 25 20:08:24 <auth.info> fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"BusyBox", "Nov 25 20:08:24 fs1 auth.info sshd[381]: MSG", "fs1", 381, -1, 224},
		{"BusyBox, another facility", "Nov 25 20:08:24 fs1 daemon.warn sshd: MSG", "fs1", 0, -1, 229},
		{"BusyBox, a facility with a longer priority", "Nov 25 20:08:24 fs1 local0.info sshd[381]: MSG", "fs1", 381, -1, 223},
		{"BusyBox without host, with such a facility", "Nov 25 20:08:24  local7.info sshd[381]: MSG", "", 381, -1, 223},
		{"BusyBox without host", "Nov 25 20:08:24  auth.info sshd[381]: MSG", "", 381, -1, 224},
		{"AIX", "Nov 25 20:08:24 fs1 auth|security:info sshd[381]: MSG", "fs1", 381, -1, 500},
		{"Solaris", "Nov 25 20:08:24 fs1 sshd[381]: [ID 800047 auth.info] MSG", "fs1", 381, -1, 500},
		{"macOS to 10.11", "Nov 25 20:08:24 fs1 sshd[381] <Notice>: MSG", "fs1", 381, -1, 500},
		{"macOS", "2026-11-25 20:08:24.123456+0000  fs1 sshd[381]: MSG", "fs1", 381, 123456, 500},
		{"metalog", "Nov 25 20:08:24 [sshd] MSG", "", 0, -1, 500},
		{"OpenWrt", "Wed Nov 25 20:08:24 2026 auth.info sshd[381]: MSG", "", 381, -1, 500},
		{"old Red Hat", "Nov 25 20:08:24 fs1 sshd(pam_unix)[381]: MSG", "fs1", 381, -1, 500},
		{"9.8", "Nov 25 20:08:24 fs1 sshd-session[381]: MSG", "fs1", 381, -1, 500},
		{"10.0", "Nov 25 20:08:24 fs1 sshd-auth[381]: MSG", "fs1", 381, -1, 500},
		{"path", "Nov 25 20:08:24 fs1 /usr/sbin/sshd[381]: MSG", "fs1", 381, -1, 500},
		{"--tag", "Nov 25 20:08:24 fs1 sftp-in[381]: MSG", "fs1", 381, -1, 500},
		{"IPv6 host", "Nov 25 20:08:24 2001:db8::1 sshd[381]: MSG", "2001:db8::1", 381, -1, 500},
		{"two blanks", "Nov 25 20:08:24 fs1 sshd[381]:  MSG", "fs1", 381, -1, 500},
		{"no blank", "Nov 25 20:08:24 fs1 sshd[381]:MSG", "fs1", 381, -1, 500},
		{"forwarded", "Nov 25 20:08:24 relay Message forwarded from fs1: sshd[381]: MSG", "fs1", 381, -1, 500},
		{"Windows", "381 2026-11-25 20:08:24.687 MSG", "", 381, 687000, 500},
		{"carriage return", "Nov 25 20:08:24 fs1 sshd[381]: MSG\r", "fs1", 381, -1, 500},
		{"blanks at the end", "Nov 25 20:08:24 fs1 sshd[381]: MSG  \r", "fs1", 381, -1, 500},
		{"short-precise", "Nov 25 20:08:24.687462 fs1 sshd[381]: MSG", "fs1", 381, 687462, 500},
		{"RFC 3339", "2026-11-25T20:08:24.687462+00:00 fs1 sshd[381]: MSG", "fs1", 381, 687462, 500},
		{"RFC 3339, west", "2026-11-25T17:38:24.687-02:30 fs1 sshd[381]: MSG", "fs1", 381, 687000, 500},
		{"RFC 3339, Z", "2026-11-25T20:08:24.6874629Z fs1 sshd[381]: MSG", "fs1", 381, 687462, 500},
		{"RFC 3339, blank", "2026-11-25 20:08:24 fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"RFC 3339, priority", "<38>2026-11-25T20:08:24Z fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"short-iso", "2026-11-25T21:08:24+0100 fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"hours only", "2026-11-25T21:08:24+01 fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"comma", "2026-11-25 20:08:24,123 fs1 sshd[381]: MSG", "fs1", 381, 123000, 500},
		{"short-full", "Wed 2026-11-25 20:08:24 UTC fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"short-full, numeric zone", "Wed 2026-11-25 17:08:24 -03 fs1 sshd[381]: MSG", "fs1", 381, -1, 500},
		{"with-unit", "Wed 2026-11-25 20:08:24 UTC fs1 ssh.service[381]: MSG", "fs1", 381, -1, 500},
		{"with-unit, an instance", "Wed 2026-11-25 20:08:24 UTC fs1 sshd@7-192.0.2.1:22-192.0.2.9:4711.service[381]: MSG",
			"fs1", 381, -1, 500},
		{"short-unix", "1795637304.651567 fs1 sshd[381]: MSG", "fs1", 381, 651567, 500},
		{"RFC 5424", "<38>1 2026-11-25T20:08:24.003Z fs1 sshd 381 - - MSG", "fs1", 381, 3000, 500},
		{"RFC 5424, rsyslog", "<38>1 2026-11-25T20:08:24.003Z fs1 sshd 381 - -  MSG", "fs1", 381, 3000, 500},
		{"RFC 5424, BOM", "<38>1 2026-11-25T20:08:24Z fs1 sshd 381 - - \xef\xbb\xbfMSG", "fs1", 381, -1, 500},
		{"RFC 5424, no pid, no host", "<38>1 2026-11-25T20:08:24Z - sshd - ID47 - MSG", "", 0, -1, 500},
		{"RFC 5424, data", `<38>1 2026-11-25T20:08:24Z fs1 sshd 381 - [a@1 b="\"] x" c="\\"][d e="]"] MSG`, "fs1", 381, -1, 500},
		{"RFC 5424, counted", "71 <38>1 2026-11-25T20:08:24Z fs1 sshd 381 - - MSG", "fs1", 381, -1, 500},
		{"dropbear", "Nov 25 20:08:24 fs1 dropbear[381]: MSG", "fs1", 381, -1, 1023},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Parser{Clock: Clock{Year: 2026}, Tags: []string{"sftp-in"}}
			var f Frame
			if found := p.Parse([]byte(c.line), &f); found != OK {
				t.Fatalf("found %v", found)
			}
			if string(f.Host) != c.host || f.PID != c.pid || string(f.Msg) != "MSG" || f.Time != at ||
				f.Micro != c.micro || f.Cut != c.cut || f.Repeat != 1 || f.Trust != Unknown {
				t.Errorf("host %q pid %d msg %q time %d (off by %d) micro %d cut %d repeat %d trust %d",
					f.Host, f.PID, f.Msg, f.Time, f.Time-at, f.Micro, f.Cut, f.Repeat, f.Trust)
			}
			if (f.Program == Dropbear) != (c.name == "dropbear") {
				t.Errorf("program %d", f.Program)
			}
		})
	}
}

// A tag counts only where the framing has it.
func TestOtherPrograms(t *testing.T) {
	forged := "sshd[1]: Accepted password for root from 1.2.3.4 port 22 ssh2"
	for _, line := range []string{
		"Nov 25 20:08:24 fs1 sudo:    al : TTY=pts/0 ; COMMAND=/bin/echo " + forged,
		"Nov 25 20:08:24 fs1 sudo: " + forged,
		"Nov 25 20:08:24 fs1 su[3]: " + forged,
		"Nov 25 20:08:24 su[3]: " + forged,
		"Nov 25 20:08:24 su: " + forged,
		"Nov 25 20:08:24 fs1 auth.info su: " + forged,
		"Nov 25 20:08:24 fs1 auth.info auth.info " + forged,
		"Nov 25 20:08:24 fs1 notsshd[3]: x",
		"Nov 25 20:08:24 fs1 sshd2[3]: x",
		"Nov 25 20:08:24 fs1 sshd-sessions[3]: x",
		"Nov 25 20:08:24 fs1 sshd x",
		"Nov 25 20:08:24 fs1 sshd[x]: x",
		"Nov 25 20:08:24 fs1 sshd[]: x",
		"Nov 25 20:08:24 fs1 sshd[3: x",
		"Nov 25 20:08:24 fs1 sshd[4294967296]: x",
		"Nov 25 20:08:24 fs1 kernel: [    1.000000] " + forged,
		"Nov 25 20:08:24 [su] " + forged,
		"Nov 25 20:08:24 relay Message forwarded from fs1: su[3]: " + forged,
		"Nov 25 20:08:24 relay su: Message forwarded from fs1: " + forged,
		"Nov 25 20:08:24 fs1 Message forwarded from " + forged,
		"Nov 25 20:08:24 fs1 -- MARK --",
		"2026-11-25 20:08:24,123 fail2ban.filter [812]: INFO [sshd] Found 203.0.113.45",
		"Wed 2026-11-25 20:08:24 UTC fs1 cron.service[3]: " + forged,
		"Wed 2026-11-25 20:08:24 UTC fs1 ssh-agent.service[3]: " + forged,
		"1795637304.651567 fs1 su[3]: " + forged,
		"<38>1 2026-11-25T20:08:24Z fs1 su 3 - - " + forged,
	} {
		var f Frame
		var p Parser
		if found := p.Parse([]byte(line), &f); found != OtherProgram {
			t.Errorf("%s: %v, msg %q", line, found, f.Msg)
		}
	}
	for _, line := range []string{
		"", "\r", forged, "Failed password for root from 192.0.2.1 port 1 ssh2", "-- Boot 0123 --",
		"Foo 25 20:08:24 fs1 " + forged, "Nov 25 20:08 fs1 " + forged, "20:08:24 fs1 " + forged,
		"381 2026-11-25 20:08:24,687 MSG", "381 2026-11-25T20:08:24.687 MSG", "381 2026-11-25 20:08:24.687462 MSG",
		"<38>1 2026-11-25T20:08:24Z fs1 sshd", "<38>1 2026-11-25T20:08:24Z fs1 sshd 3 - [x y=\"] " + forged,
	} {
		var f Frame
		var p Parser
		if found := p.Parse([]byte(line), &f); found != NotFramed {
			t.Errorf("%s: %v, msg %q", line, found, f.Msg)
		}
	}
}

func TestRepeated(t *testing.T) {
	for _, c := range []struct {
		line   string
		found  Found
		host   string
		repeat uint32
		msg    string
		cut    int
	}{
		{"Nov 25 20:08:24 fs1 last message repeated 4 times", RepeatsLast, "fs1", 4, "", 500},
		{"Nov 25 20:08:24 <auth.info> fs1 last message repeated 4 times", RepeatsLast, "fs1", 4, "", 500},
		{"Nov 25 20:08:24 last message repeated 1 time", RepeatsLast, "", 1, "", 500},
		{"Nov 25 20:08:24 --- last message repeated 4 times ---", RepeatsLast, "", 4, "", 500},
		{"Nov 25 20:08:24 fs1 last message repeated 9999999 times", RepeatsLast, "fs1", 1e6, "", 500},
		{"Nov 25 20:08:24 fs1 su: last message repeated 4 times", OtherProgram, "", 0, "", 0},
	} {
		var f Frame
		var p Parser
		found := p.Parse([]byte(c.line), &f)
		if found != c.found || string(f.Host) != c.host || f.Repeat != c.repeat || string(f.Msg) != c.msg || f.Cut != c.cut {
			t.Errorf("%s: %v host %q repeat %d msg %q cut %d", c.line, found, f.Host, f.Repeat, f.Msg, f.Cut)
		}
	}
}

// A message whose end was cut off is never taken for a whole one.
func TestCut(t *testing.T) {
	head := "Nov 25 20:08:24 fs1 sshd[3]: "
	for _, c := range []struct {
		name, line string
		whole      bool
	}{
		{"499 bytes", head + strings.Repeat("x", 499), true},
		{"500 bytes", head + strings.Repeat("x", 500), false},
		{"500 bytes, a carriage return", head + strings.Repeat("x", 500) + "\r", false},
		{"499 bytes, a carriage return", head + strings.Repeat("x", 499) + "\r", true},
		{"500 bytes that end in blanks", head + strings.Repeat("x", 400) + strings.Repeat(" ", 100), false},
		{"a line that is too long", "<38>1 2026-11-25T20:08:24Z fs1 sshd 3 - [x y=\"" + strings.Repeat("x", 64<<10-60) +
			"\"] MSG" + strings.Repeat("x", 60), false},
	} {
		var f Frame
		var p Parser
		if found := p.Parse([]byte(c.line), &f); found != OK || len(f.Msg) < f.Cut != c.whole {
			t.Errorf("%s: %v, %d bytes, cut %d", c.name, found, len(f.Msg), f.Cut)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := Parser{Clock: Clock{Year: 2026, Zone: zone}}
	var f Frame
	for _, line := range []string{
		"Nov 25 20:08:24 src@fs1/relay sshd[381]: MSG",
		"2026-11-25T20:08:24 fs1 sshd[381]: MSG",
		`<38>1 2026-11-25T20:08:24Z fs1 sshd 381 - [a@1 b="c"] MSG`,
		"Wed 2026-11-25 20:08:24 CET fs1 ssh.service[381]: MSG",
		"Nov 25 20:08:24 fs1 cron[3]: MSG",
	} {
		b := []byte(line)
		if n := testing.AllocsPerRun(100, func() { p.Parse(b, &f) }); n != 0 {
			t.Errorf("%s: %v allocations", line, n)
		}
	}
}
