package sshdlog

// Stamps are recognized by where their punctuation stands, which costs nothing for lines that
// turn out to be another program's. Clock reads them.

// shape is the form of a stamp.
type shape uint8

const (
	noStamp      shape = iota
	bsdStamp           // Nov 25 20:08:24, RFC 3164, section 4.1.2; .687462 may follow
	isoStamp           // 2026-11-25T20:08:24.687462+00:00, RFC 3339, section 5.6; or with a blank, or without a zone
	ctimeStamp         // Wed Nov 25 20:08:24 2026
	fullStamp          // Wed 2026-11-25 20:08:24 UTC
	epochStamp         // 1795638236.651567
	windowsStamp       // 3776 2026-11-25 20:08:24.687, or 3776 20:08:24 687: the process ID comes first
	uptimeStamp        // [ 8123.456789], and [ 8123.456789 <    1.000000 >] of journalctl -o short-delta
)

// stamp recognizes the stamp at the beginning of b and returns its length.
func stamp(b []byte) (shape, int) {
	if len(b) < 15 {
		return noStamp, 0
	}
	switch c := b[0]; {
	case c-'0' < 10:
		if n := isoLength(b); n > 0 {
			return isoStamp, n
		}
		if n := decimal(b); n > 0 {
			return epochStamp, n
		}
		if n := windowsLength(b); n > 0 {
			return windowsStamp, n
		}
	case c-'A' < 26:
		if n := bsdLength(b); n > 0 {
			return bsdStamp, n
		}
		if b[3] != ' ' {
			return noStamp, 0
		}
		if n := bsdLength(b[4:]); n > 0 && len(b) > n+9 && b[4+n] == ' ' && digits(b[n+5:n+9]) && b[n+9] == ' ' {
			return ctimeStamp, n + 9
		}
		if n := isoLength(b[4:]); n > 0 && len(b) > n+5 && b[n+4] == ' ' {
			n += 5
			for z := n; n < len(b) && n-z < 8 && b[n] != ' '; {
				n++
			}
			return fullStamp, n
		}
	case c == '[':
		i := 1
		for i < len(b) && b[i] == ' ' {
			i++
		}
		n := decimal(b[i:])
		if i += n; n == 0 {
			return noStamp, 0
		}
		for i < len(b) && (b[i]-'0' < 10 || b[i] == ' ' || b[i] == '<' || b[i] == '.' || b[i] == '>') {
			i++
		}
		if i < len(b) && b[i] == ']' {
			return uptimeStamp, i + 1
		}
	}
	return noStamp, 0
}

// bsdLength returns the length of the stamp of RFC 3164 at the beginning of b. The day may be
// padded by a blank, a zero or not at all.
func bsdLength(b []byte) int {
	n := 15
	switch {
	case len(b) < 15 || b[3] != ' ':
		return 0
	case b[6] == ' ' && b[9] == ':' && b[12] == ':':
	case b[5] == ' ' && b[8] == ':' && b[11] == ':':
		n = 14
	default:
		return 0
	}
	if n < len(b) && b[n] == '.' { // journalctl -o short-precise
		for n++; n < len(b) && b[n]-'0' < 10; n++ {
		}
	}
	if month(b) == 0 {
		return 0
	}
	return n
}

// isoLength returns the length of the stamp of RFC 3339 at the beginning of b.
func isoLength(b []byte) int {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return 0
	}
	n := 19
	if n < len(b) && (b[n] == '.' || b[n] == ',') {
		for n++; n < len(b) && b[n]-'0' < 10; n++ {
		}
	}
	_, z := offset(b[n:])
	return n + z
}

// windowsLength returns the length of what OpenSSH for Windows writes before a message in
// sshd.log (contrib/win32/win32compat/win32_syslog.c, syslog_file; without a date up to 7.7).
func windowsLength(b []byte) int {
	_, n := number(b)
	if n == 0 || len(b) < n+24 || b[n] != ' ' {
		return 0
	}
	n++
	switch t := b[n:]; {
	case isoLength(t) == 23 && t[10] == ' ' && t[19] == '.':
		return n + 23
	case t[2] == ':' && t[5] == ':' && (t[8] == ' ' || t[8] == ':') && digits(t[9:12]):
		return n + 12
	}
	return 0
}

// decimal returns the length of a number with a fraction at the beginning of b.
func decimal(b []byte) int {
	i := 0
	for i < len(b) && b[i]-'0' < 10 {
		i++
	}
	if i == 0 || i >= len(b) || b[i] != '.' {
		return 0
	}
	for i++; i < len(b) && b[i]-'0' < 10; i++ {
	}
	return i
}

// offset reads the distance from UTC in seconds at the beginning of b, in one of the forms Z,
// +00:00, +0000 and +00, and returns its length; 0: there is none.
func offset(b []byte) (seconds int64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	if b[0] == 'Z' {
		return 0, 1
	}
	if b[0] != '+' && b[0] != '-' || len(b) < 3 || !digits(b[1:3]) {
		return 0, 0
	}
	seconds, n = 3600*int64(two(b[1:])), 3
	m := b[3:]
	if len(m) > 2 && m[0] == ':' {
		m = m[1:]
	}
	if len(m) >= 2 && digits(m[:2]) {
		seconds += 60 * int64(two(m))
		n = len(b) - len(m) + 2
	}
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, n
}

func digits(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// two reads two digits, of which the first may be a blank. What is none gives a number that no
// part of a date or time has.
func two(b []byte) int {
	t, u := b[0]-'0', b[1]-'0'
	if b[0] == ' ' {
		t = 0
	}
	if t > 9 || u > 9 {
		return 1000
	}
	return int(t)*10 + int(u)
}

// month returns the number of the month whose English abbreviation b begins with, or 0.
func month(b []byte) int {
	switch string(b[:3]) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}
