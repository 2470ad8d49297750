package sshdlog

import "bytes"

// bare reads a line of sshd -e or sshd -E FILE: the message alone.
func (p *Parser) bare(b []byte, f *Frame) Found {
	*f = Frame{Micro: -1, Cut: cutBare, Repeat: 1, Trust: Stranger}
	f.say(b)
	return OK
}

// stderr reads a line of the same text as it was kept: by a program that put stamps before the lines
// (docker logs -t), or with lines of a syslog's among them. A client can have written each of them.
func (p *Parser) stderr(b []byte, f *Frame) Found {
	rest, stamped := unstamped(b)
	found := p.written(b, f)
	if stamped && found == OtherProgram {
		found = p.bare(rest, f)
		f.Time, f.Micro = p.Clock.iso(b)
	}
	return found
}

// unstamped takes off the stamp that container runtimes put before a line.
func unstamped(b []byte) ([]byte, bool) {
	if s, n := stamp(b); s == isoStamp && n < len(b) && b[n] == ' ' {
		return b[n+1:], true
	}
	return b, false
}

// isStream tells whether a line goes on, behind its stamp, as a container's runtime writes it for
// Kubernetes: "stderr F MSG".
func isStream(r []byte) bool {
	return len(r) > 8 && r[6] == ' ' && r[8] == ' ' && (r[7] == 'F' || r[7] == 'P') &&
		(string(r[:6]) == "stderr" || string(r[:6]) == "stdout")
}

// cri reads such a line. P instead of F says that the next record goes on with the message.
func (p *Parser) cri(r []byte, f *Frame) Found {
	found := p.written(r[9:], f)
	if found == OK && r[7] == 'P' {
		f.Cut = min(f.Cut, len(f.Msg))
		return Continued
	}
	return found
}

// loose searches a line for a tag. What stands before it can be anything, so a stranger may have
// written all of it.
func (p *Parser) loose(b []byte, f *Frame) Found {
	for i := 0; i < len(b); {
		if n := p.tag(b[i:], f); n > 0 {
			f.set(nil, cutSyslog)
			f.Time, f.Micro, f.Trust = 0, -1, Stranger
			f.syslogMessage(b[i+n:])
			return OK
		}
		k := bytes.IndexByte(b[i:], ' ')
		if k < 0 {
			break
		}
		i += k + 1
	}
	return NotFramed
}

// Detect looks at the beginning of a log, and returns the framing that has to be told in advance,
// or Auto. A last line without a newline is left out, unless it is the only one.
func Detect(sample []byte) Framing {
	if bytes.HasPrefix(sample, []byte("__CURSOR=")) || bytes.HasPrefix(sample, []byte("__REALTIME_TIMESTAMP=")) {
		return JournalExport
	}
	var framed, bare, loose, listening, others int
	var p Parser
	for f, e := new(Frame), new(Event); len(sample) > 0; {
		line, rest, ended := bytes.Cut(sample, []byte("\n"))
		if !ended && framed+bare+loose > 0 {
			break
		}
		sample = rest
		found := p.Parse(line, f)
		text, stamped := unstamped(line)
		switch {
		case found >= OK:
			framed++
		case (found == NotFramed || stamped) && p.bare(text, f) == OK && ParseEvent(f, e):
			bare++
		case found == OtherProgram:
			framed++
		case p.loose(line, f) == OK:
			loose++
		case isListening(text):
			listening++
		case !isRestart(text):
			others++
		}
	}
	// A stranger who can write lines into a bare log can frame them, and write several with one
	// name. What is read as Bare for one odd line is still read.
	switch {
	case bare > 0 && bare*mostForged >= framed:
		return Bare
	case framed == 0 && loose > 0:
		return Loose
	case framed == 0 && listening > 0 && others == 0:
		return Bare // that of a server that has had no client yet
	}
	return Auto
}

// isListening reports whether a line is the message "Server listening on IP port N." (sshd.c,
// listen_on_addrs), perhaps with its rdomain.
func isListening(line []byte) bool {
	r, ok := cutPrefix(bytes.TrimRight(line, "\r"), "Server listening on ")
	address, r, port := bytes.Cut(r, []byte(" port "))
	_, valid := parseAddr(address)
	_, digits := parsePort(r)
	end := r[digits:]
	return ok && port && valid && digits > 0 && (string(end) == "." || hasPrefix(end, " rdomain "))
}

// isRestart reports whether a line is empty, or one of the others that sshd writes before it
// has a client (sshd.c).
func isRestart(line []byte) bool {
	for _, start := range []string{"Received SIGHUP; restarting.", "Received signal ", "debug1: ", "debug2: ", "debug3: "} {
		if hasPrefix(line, start) {
			return true
		}
	}
	return len(bytes.TrimSpace(line)) == 0
}

// mostForged is how many framed lines a client can make of one message of sshd -e: a name of a
// hundred bytes, and lines no shorter than a short stamp.
const mostForged = 16
