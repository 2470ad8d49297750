package sshdlog

import "bytes"

// rfc5424 reads what follows "<38>1 " (RFC 5424, section 6): STAMP HOST APP PROCID MSGID, the
// structured data, and the message. A "-" stands for what is not known.
func (p *Parser) rfc5424(b []byte, f *Frame) Found {
	var field [5][]byte
	r := b
	for k := range field {
		i := bytes.IndexByte(r, ' ')
		if i <= 0 {
			return NotFramed
		}
		field[k], r = r[:i], r[i+1:]
		if k == 2 {
			var ok bool
			if f.Program, ok = p.program(field[k]); !ok {
				if isoLength(field[0]) == len(field[0]) {
					p.Clock.pass(field[0], isoStamp)
				}
				return OtherProgram
			}
		}
	}
	n := structured(r)
	if n < 0 {
		return NotFramed
	}
	m := bytes.TrimPrefix(unblank(r[n:]), []byte("\xef\xbb\xbf"))
	host := field[1]
	if string(host) == "-" {
		host = nil
	}
	f.set(host, cutSyslog)
	f.PID, f.Time, f.Micro = 0, 0, -1
	if pid, k := number(field[3]); k == len(field[3]) {
		f.PID = pid
	}
	if n := isoLength(field[0]); n > 0 && n == len(field[0]) {
		f.Time, f.Micro = p.Clock.read(field[0], isoStamp)
	}
	f.syslogMessage(m)
	return OK
}

// structured returns the length of the structured data at the beginning of b (RFC 5424, section
// 6.3): "-", or elements in brackets with quoted values, in which a backslash escapes; -1: it
// has no end.
func structured(b []byte) int {
	if len(b) > 0 && b[0] == '-' {
		return 1
	}
	i := 0
	for i < len(b) && b[i] == '[' {
		quoted := false
		for ; i < len(b) && (quoted || b[i] != ']'); i++ {
			switch b[i] {
			case '"':
				quoted = !quoted
			case '\\':
				if quoted {
					i++
				}
			}
		}
		if i++; i > len(b) {
			return -1
		}
	}
	return i
}
