package sshdlog

import "bytes"

// A preface is what stands before the message in a line of the form "STAMP HOST TAG[PID]: MSG".
// Nearly all lines of a server's log begin like the one before, in the same minute. Of such a
// line only numbers have to be read: the seconds, perhaps a fraction, and the process.
type preface struct {
	shape   shape    // bsdStamp or isoStamp; noStamp: nothing is remembered
	len     int      // of text
	text    [48]byte // from behind the seconds, or their fraction, up to the process
	host    [2]int   // where the host begins and ends in it
	program Program
	cut     int
	zoned   bool  // text begins with a zone
	offset  int64 // the zone's, as the function offset reads it

	used   bool // another line began like this
	unlike int  // lines that did not
}

// patience is how many lines pass that begin otherwise before one of them is remembered instead,
// if none began like the one that was. Where the lines of several machines mingle, to remember
// each of them costs more than it saves.
const patience = 8

// again reads a line that begins like the one that is remembered, in half of the time that
// syslog takes. It returns false, and has done nothing, if the line does not, or if there is more
// to it than is read here.
func (p *Parser) again(b []byte, f *Frame) bool {
	m := &p.preface
	if m.shape == noStamp || len(b) < 40 {
		return false
	}
	minute, n := p.Clock.sameMinute(b, m)
	if minute == 0 {
		return false
	}
	t := b[n:]
	sec, micro := two(t), int32(-1)
	if sec > 60 {
		return false
	}
	if t = t[2:]; t[0] == '.' {
		v, n := leadingDigits(word(t[1:]))
		if n != 6 {
			return false
		}
		micro, t = int32(v), t[1+6:]
	}
	if len(t) < m.len+16 || string(t[:m.len]) != string(m.text[:m.len]) {
		return false
	}
	pid, n := leadingDigits(word(t[m.len:]))
	r := t[m.len+n:]
	if n == 0 || r[0] != ']' || r[1] != ':' {
		return false
	}
	if r = r[2:]; r[0] == ' ' {
		r = r[1:]
	}
	m.used = true
	p.Clock.inLocal = !m.zoned
	f.Time, f.Micro = minute+int64(sec), micro
	f.Host, f.Program, f.PID = t[m.host[0]:m.host[1]], m.program, uint32(pid)
	f.Cut, f.Repeat, f.Trust, f.UID = m.cut, 1, Unknown, 0
	if r[0] > ' ' && r[0] != '[' && r[len(r)-1] > ' ' { // there is nothing to take off
		f.Msg = r
		return true
	}
	f.syslogMessage(r)
	return true
}

// sameMinute returns the time of the minute that was read last, and where the seconds are, if b
// has a stamp of the same minute and of the shape that m has. Else the time is 0.
func (c *Clock) sameMinute(b []byte, m *preface) (minute int64, n int) {
	if word(b) != c.key[0] {
		return 0, 0
	}
	w := word(b[8:])
	if m.shape == bsdStamp { // Nov 25 20:08:24
		if uint64(uint32(w)) != c.key[1] || b[6] != ' ' || b[9] != ':' || b[12] != ':' {
			return 0, 0
		}
		return c.local, 13
	}
	if w != c.key[1] || b[16] != ':' { // 2026-11-25T20:08:24
		return 0, 0
	}
	if !m.zoned {
		return c.local, 17
	}
	if c.utc == 0 {
		return 0, 0
	}
	return c.utc - m.offset, 17
}

// remember keeps how the line b begins: it has a stamp of the shape s, and the number of its
// process at pid. What is said in f of the host and the program, and Cut, must follow from what
// stands before pid.
func (p *Parser) remember(b []byte, s shape, pid int, f *Frame) {
	m := &p.preface
	if m.unlike++; m.unlike < patience && !m.used && m.shape != noStamp {
		return
	}
	*m = preface{}
	from := 15
	if s == isoStamp {
		from = 19
	} else if s != bsdStamp || b[12] != ':' {
		return
	}
	if b[from] == '.' || b[from] == ',' {
		_, k := micros(b[from:])
		if k != 1+6 {
			return
		}
		from += k
	}
	if pid-from > len(m.text) || bytes.IndexByte(b[from:pid], '<') >= 0 { // origin seeks the > anywhere
		return
	}
	m.shape, m.len = s, copy(m.text[:], b[from:pid])
	host := cap(b) - cap(f.Host) - from
	m.host = [2]int{host, host + len(f.Host)}
	m.program, m.cut = f.Program, f.Cut
	var zone int
	m.offset, zone = offset(m.text[:m.len])
	m.zoned = zone > 0
}
