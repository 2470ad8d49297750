package sshdlog

import "bytes"

// object reads a line that is a JSON object, behind its brace: a record of the journal, of a
// container's log, or of a collector.
func (p *Parser) object(b []byte, f *Frame) (Framing, Found) {
	p.scratch = p.scratch[:0]
	r := &p.rec
	*r = record{}
	n := p.readObject(b, nil)
	if r.other {
		return JournalJSON, OtherProgram
	}
	if n == 0 || r.twice || len(bytes.TrimRight(b[n:], " \t\r")) > 0 {
		return JSON, NotFramed
	}
	if v := &r.value[msgPart]; v.rank == dockers && (r.value[streamPart].kind != absent || p.Input == Docker) {
		return Docker, p.container(f)
	}
	if v := &r.value[timePart]; v.rank == journals && v.kind != absent {
		return JournalJSON, p.journal(f)
	}
	return JSON, p.collected(f)
}

// export reads a record of journalctl -o export, which ExportReader has cut out:
// KEY=VALUE\n, or KEY\n and the value's length in 8 bytes, little-endian, and the value and \n.
// A program can log a field several times; the first counts, as in JSON's arrays.
func (p *Parser) export(b []byte, f *Frame) Found {
	p.scratch = p.scratch[:0]
	r := &p.rec
	*r = record{}
	for len(b) > 0 {
		name, v, n := exportField(b)
		if n == 0 {
			return NotFramed
		}
		if !p.add(name, value{raw: v, kind: plain}) {
			return OtherProgram
		}
		b = b[n:]
	}
	if r.value[timePart].kind == absent {
		return NotFramed
	}
	return p.journal(f)
}

// journal makes a Frame of a record of the journal.
func (p *Parser) journal(f *Frame) Found {
	r := &p.rec
	if found := p.from(f); found != OK {
		return found
	}
	f.Trust, f.UID = Unknown, 0
	if v, ok := p.text(r.value[uidPart]); ok && len(v) > 0 {
		if n, k := number(v); k == len(v) {
			if f.Trust = Local; n == 0 {
				f.Trust = Root
			}
			f.UID = n
		}
	}
	// What came through a service's stderr was cut into lines at each newline, and sshd -e
	// does not escape those of a client. So do containers, whose records have the process ID of
	// what reads the containers' output.
	contained := r.value[containerPart].kind != absent
	if t, _ := p.text(r.value[transportPart]); string(t) == "stdout" || contained {
		f.Trust, f.Cut = Stranger, cutBare
	}
	if contained {
		f.PID = 0
		p.inContainer(f)
	}
	return OK
}

// inContainer puts the container's name, or else its ID, behind the host's: HOST/NAME. Containers
// can share the name of a host, and their processes have the same few IDs.
func (p *Parser) inContainer(f *Frame) {
	v := p.rec.value[containerPart]
	if v.kind != plain && v.kind != escaped {
		return
	}
	name, ok := p.text(v)
	if name = bytes.TrimPrefix(name, []byte("/")); !ok || len(name) == 0 { // Docker's names begin with one
		return
	}
	if p.host = p.host[:0]; len(f.Host) > 0 {
		p.host = append(append(p.host, f.Host...), '/')
	}
	p.host = append(p.host, name...)
	f.Host = p.host
}

// collected makes a Frame of a record of rsyslog, syslog-ng, Fluentd, Vector, Elastic and so on.
// What they took from a container is a line of its stderr.
func (p *Parser) collected(f *Frame) Found {
	r := &p.rec
	contained := r.value[streamPart].kind != absent || r.value[containerPart].kind != absent
	found := p.gathered(f, contained)
	if contained {
		f.Trust = Stranger
		p.inContainer(f)
	}
	return found
}

func (p *Parser) gathered(f *Frame, contained bool) (found Found) {
	r := &p.rec
	if r.value[msgPart].kind == absent {
		return NotFramed
	}
	if r.value[tagPart].kind != absent && !(contained && p.routes(r.value[tagPart])) {
		return p.from(f)
	}
	// A line of a syslog file or of a container that was collected as it is.
	m, ok := p.text(r.value[msgPart])
	if !ok {
		return NotFramed
	}
	sec, micro := p.time() // a stamp without a year follows from it
	if contained {
		found = p.written(bytes.TrimSuffix(m, []byte("\n")), f)
	} else {
		_, found = p.plain(m, f)
	}
	if found >= OK {
		if f.Time == 0 {
			f.Time, f.Micro = sec, micro
		}
		if len(f.Host) == 0 {
			f.Host, _ = p.text(r.value[hostPart])
		}
	}
	return found
}

// routes reports whether a tag is one by which Fluentd and Fluent Bit route records, such as
// kube.var.log.containers.sshd-0.log, and no program's name.
func (p *Parser) routes(tag value) bool {
	name, ok := p.text(tag)
	return ok && tag.rank == tags && bytes.IndexByte(name, '.') > 0
}

// container makes a Frame of a line that a container wrote.
func (p *Parser) container(f *Frame) Found {
	m, ok := p.text(p.rec.value[msgPart])
	if !ok || p.rec.value[msgPart].kind == absent {
		return NotFramed
	}
	found := p.written(bytes.TrimSuffix(m, []byte("\n")), f)
	f.Time, f.Micro = p.time()
	if len(f.Host) == 0 {
		f.Host, _ = p.text(p.rec.value[hostPart])
	}
	p.inContainer(f)
	return found
}

// written reads a line that a container wrote: sshd's stderr, or that of a syslog that writes
// there. A client can write whole lines to either.
func (p *Parser) written(m []byte, f *Frame) Found {
	_, found := p.plain(m, f)
	if found == NotFramed {
		found = p.bare(m, f)
	}
	f.Trust = Stranger
	return found
}

// from sets a Frame from members that say which program it was.
func (p *Parser) from(f *Frame) Found {
	r := &p.rec
	name, ok := p.text(r.value[tagPart])
	if !ok {
		return OtherProgram
	}
	f.PID = 0
	if n := len(name); n > 0 && (name[n-1] == ':' || name[n-1] == ']') { // syslogtag
		if name[n-1] == ']' {
			p.scratch = append(append(p.scratch, name...), ':')
			name = p.scratch[len(p.scratch)-n-1:]
		}
		if p.tag(name, f) != len(name) {
			return OtherProgram
		}
	} else if f.Program, ok = p.program(name); !ok {
		return OtherProgram
	}
	m, ok := p.text(r.value[msgPart])
	if !ok {
		return NotFramed
	}
	host, _ := p.text(r.value[hostPart])
	f.set(host, cutSyslog)
	if v, _ := p.text(r.value[pidPart]); len(v) > 0 {
		if n, k := number(v); k == len(v) {
			f.PID = n
		}
	}
	f.Time, f.Micro = p.time()
	f.syslogMessage(bytes.TrimSuffix(m, []byte("\n")))
	if r.value[msgPart].kind == literal { // null: journalctl leaves out what is too long
		f.Cut = 0
	}
	return OK
}

// time reads the stamp of the record: one of those that text logs have, or a number since 1970.
func (p *Parser) time() (sec int64, micro int32) {
	p.Clock.inLocal = false
	b, ok := p.text(p.rec.value[timePart])
	if !ok || len(b) == 0 {
		return 0, -1
	}
	if s, n := stamp(b); n == len(b) && s != epochStamp && s != uptimeStamp {
		return p.Clock.read(b, s)
	}
	return sinceEpoch(b)
}

// sinceEpoch reads seconds, milliseconds, microseconds (the journal) or nanoseconds since 1970:
// how many digits there are tells, from 2001 to 2286.
func sinceEpoch(b []byte) (sec int64, micro int32) {
	n := 0
	for n < len(b) && n < 19 && b[n]-'0' < 10 {
		sec = sec*10 + int64(b[n]-'0')
		n++
	}
	switch {
	case n == len(b) && n >= 18:
		return sec / 1e9, int32(sec % 1e9 / 1e3)
	case n == len(b) && n >= 15:
		return sec / 1e6, int32(sec % 1e6)
	case n >= 12:
		return sec / 1e3, int32(sec % 1e3 * 1e3)
	case n < len(b) && b[n] != '.':
		return 0, -1
	}
	micro, _ = micros(b[n:])
	return sec, micro
}
