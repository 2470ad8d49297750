package sshdlog

import (
	"bytes"

	"rdnsproxy/limits"
)

// syslog reads "STAMP HOST TAG: MSG" in all its variants:
//
//	Nov 25 20:08:24 HOST sshd[381]: MSG                       RFC 3164, section 4.1
//	Nov 25 20:08:24 sshd[381]: MSG                            no host
//	Nov 25 20:08:24 src@HOST/relay sshd[381]: MSG             syslog-ng, chain-hostnames
//	Nov 25 20:08:24 <auth.info> HOST sshd[381]: MSG           FreeBSD, syslogd -v
//	Nov 25 20:08:24 HOST auth.info sshd[381]: MSG             BusyBox
//	Nov 25 20:08:24 HOST auth|security:info sshd[381]: MSG    AIX
//	Nov 25 20:08:24 HOST sshd[381]: [ID 800047 auth.info] MSG Solaris
//	Nov 25 20:08:24 HOST sshd[381] <Notice>: MSG              macOS
//	Nov 25 20:08:24 [sshd] MSG                                metalog
//	Nov 25 20:08:24 RELAY Message forwarded from HOST: sshd[381]: MSG
//	Wed Nov 25 20:08:24 2026 auth.info sshd[381]: MSG         OpenWrt, logread
//	381 2026-11-25 20:08:24.687 MSG                           Windows
//
// STAMP can be any that the function stamp knows.
func (p *Parser) syslog(b []byte, f *Frame) (how Framing, found Found) {
	s, n := stamp(b)
	if s == noStamp || n >= len(b) || b[n] != ' ' {
		return Syslog, NotFramed
	}
	r := unblank(b[n:])
	switch {
	case s == isoStamp && isStream(r):
		how, found = CRI, p.cri(r, f)
	case s == windowsStamp:
		how, found = Syslog, OK
		f.Program = SSHD
		f.PID, _ = number(b)
		f.set(nil, cutSyslog)
		f.say(r)
	default:
		how, found = Syslog, p.origin(b, n, s, f)
	}
	if found < OK {
		p.Clock.pass(b, s)
		return how, found
	}
	f.Time, f.Micro = p.Clock.read(b[:n], s)
	return how, found
}

// origin reads what follows the stamp, which b has up to end: who logged, and the message.
func (p *Parser) origin(b []byte, end int, s shape, f *Frame) Found {
	r := unblank(b[end:])
	if len(r) < 8 {
		return OtherProgram
	}
	switch r[0] {
	case '[':
		return p.metalog(r, f)
	case '<':
		r = unblank(r[1+bytes.IndexByte(r[:min(len(r), 32)], '>'):])
	case 'l', '-':
		if repeatsLast(nil, r, f) {
			return RepeatsLast
		}
	}
	i := bytes.IndexByte(r, ' ')
	if i <= 0 {
		return OtherProgram
	}
	host := r[:i]
	if host[i-1] == ':' { // no host, but a tag
		host = nil
	} else {
		r = unblank(r[i:])
	}
	n := p.tag(r, f)
	if n == 0 {
		return p.between(host, r, s, f)
	}
	if sep := facility(host); sep != 0 { // no host
		f.set(nil, cutAfter(host, sep, s, n))
	} else if f.set(host, cutSyslog); f.PID != 0 && len(f.Host) > 0 {
		p.remember(b, s, cap(b)-cap(r)+bytes.IndexByte(r, '[')+1, f)
	}
	f.syslogMessage(r[n:])
	return OK
}

// between reads lines that have something between their host and a tag of the server's, or no
// such tag. Nearly all are of the latter kind.
func (p *Parser) between(host, r []byte, s shape, f *Frame) Found {
	i := bytes.IndexByte(r, ' ')
	if i <= 0 || r[i-1] == ':' && s != fullStamp { // another program's tag
		return OtherProgram
	}
	n, cut := 0, cutSyslog
	if word := r[:i]; facility(word) != 0 {
		r = unblank(r[i:])
		n = p.tag(r, f)
		cut = cutAfter(word, facility(word), s, n)
	} else if s == fullStamp {
		n = unit(r, f)
	} else if repeatsLast(host, r, f) {
		return RepeatsLast
	} else if from, ok := bytes.CutPrefix(r, []byte("Message forwarded from ")); ok { // AIX
		host, r, _ = bytes.Cut(from, []byte(": "))
		n = p.tag(r, f)
	}
	if n == 0 {
		return OtherProgram
	}
	f.set(host, cut)
	f.syslogMessage(r[n:])
	return OK
}

func unblank(b []byte) []byte {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	return b
}

// cutAfter is the length at which a message is cut that follows a facility and a tag.
//
// BusyBox's syslogd separates facility and severity by a point, and leaves 255 bytes of a
// datagram (syslogd.c, MAX_READ less one): the priority, the stamp, the tag, the message. That
// is its default: Debian's reads 1023 bytes. A longer message has passed a larger buffer, but
// nobody knows how large. The priorities of local0 to local7 have three digits.
func cutAfter(facility []byte, separator byte, s shape, tag int) int {
	if separator != '.' || s != bsdStamp {
		return cutSyslog
	}
	priority := len("<38>")
	if bytes.HasPrefix(facility, []byte("local")) {
		priority = len("<134>")
	}
	return 255 - priority - len("Nov 25 20:08:24 ") - tag
}

// set sets what a Frame has from syslog.
func (f *Frame) set(host []byte, cut int) {
	if f.Program == Dropbear && cut == cutSyslog {
		cut = cutDropbear
	}
	f.Host, f.Cut, f.Repeat, f.Trust, f.UID = machine(host), cut, 1, Unknown, 0
}

// machine is the origin in a host that syslog-ng wrote with chain-hostnames: src@HOST/relay.
func machine(host []byte) []byte {
	for i, c := range host {
		switch c {
		case '@':
			return machine(host[i+1:])
		case '/':
			return host[:i]
		}
	}
	return host
}

// syslogMessage sets the message, without the number that Solaris puts before it. What rsyslog
// puts around one that is repeated is left to ParseEvent.
func (f *Frame) syslogMessage(m []byte) {
	if len(m) > 4 && m[0] == '[' && m[1] == 'I' && m[2] == 'D' && m[3] == ' ' { // Solaris
		if i := bytes.Index(m[:min(len(m), 48)], []byte("] ")); i > 0 {
			m = m[i+2:]
		}
	}
	f.say(unblank(m)) // some templates of rsyslog's write two blanks
}

// repeatsLast reads "last message repeated 4 times", which BSD's syslogd writes, and macOS
// between dashes.
func repeatsLast(host, r []byte, f *Frame) bool {
	r, ok := bytes.CutPrefix(bytes.TrimPrefix(r, []byte("--- ")), []byte("last message repeated "))
	if !ok {
		return false
	}
	n, k := number(r)
	if n == 0 || !bytes.HasPrefix(r[k:], []byte(" time")) {
		return false
	}
	f.Program, f.PID = SSHD, 0
	f.set(host, cutSyslog)
	f.Msg, f.Repeat = nil, min(n, limits.LogRepeat)
	return true
}

// metalog reads "[sshd] MSG".
func (p *Parser) metalog(r []byte, f *Frame) Found {
	i := bytes.IndexByte(r, ']')
	if i < 0 || i+1 >= len(r) || r[i+1] != ' ' {
		return OtherProgram
	}
	var ok bool
	if f.Program, ok = p.program(r[1:i]); !ok {
		return OtherProgram
	}
	f.PID = 0
	f.set(nil, cutSyslog)
	f.syslogMessage(r[i+2:])
	return OK
}

// facility returns what separates a facility and a severity: auth.info (BusyBox), or
// auth|security:info (AIX); 0: the word is something else.
func facility(w []byte) byte {
	if len(w) < 7 || len(w) > 32 {
		return 0
	}
	i := len(w) - 3
	for i > 2 && w[i] != '.' && w[i] != ':' {
		i--
	}
	switch string(w[i+1:]) {
	default:
		return 0
	case "emerg", "panic", "alert", "crit", "err", "error", "warn", "warning", "notice", "info", "debug":
	}
	switch string(w[:i]) {
	default:
		return 0
	case "auth", "authpriv", "security", "auth|security", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news",
		"syslog", "user", "uucp", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7":
		return w[i]
	}
}
