package tally

import (
	"bytes"

	"rdnsproxy/sshdlog"
)

// A conn is a connection so far, or a fragment of one (see edge). It has 128 bytes, two lines
// of a processor's cache: thousands are open at once, and most lines of a log are of another
// one than the line before. What few have is in a detail.
type conn struct {
	addr address
	n    int64 // its last line, among those of its host
	seq  int64 // the same in the whole log
	key
	first, last, acted uint32 // stamps: the least, the largest, and that of the last attempt or complaint
	flags              flags
	port               uint16
	begin              begin // of its first line
	outcome            sshdlog.Kind
	mapping            sshdlog.Kind // of the first complaint; later ones are its doubles

	client, insider   uint32 // numbers of its client's records, if they have been looked up
	user              uint32 // number of a name, like the following
	known             uint32 // the user, from a line that is about users of the server only
	in                uint32 // who logged in
	failed, pam, root uint32 // attempts
	keys, denied      uint32 // authorized keys from the wrong place, and users who may not log in
	unsure            uint32
	dropped           uint32 // connections that one line stands for
	strays            uint32 // lines that are strays if the fragment turns out to belong to nothing
	edge              uint32 // number of the edge whose last fragment this is; 0: none, what precedes is known
	doubt             uint32 // number of its doubt
	detail            uint32 // number of its detail
}

type flags uint16

const (
	hasAddr    flags = 1 << iota
	closed           // only lines that end a connection follow
	loggedIn         // with success
	tried            // to authenticate
	unknown          // a line says that there is no such user
	matches          // the user is one of Options.Only
	notOnlyPAM       // another than PAM has told of it
	noPID            // a line without pid: no connection
	_                // tallies that were written are read
	proven           // its address stands in a line that no client can have written
	unlisted         // AllowUsers does not have the user
	clashes          // a line of another client came from its process before it was over
	loose            // a line that counts does not say whose it is
	looseName        // the complaint does not
)

// kept are the flags that a fragment hands on.
const kept = hasAddr | closed | loggedIn | tried | unknown | matches | notOnlyPAM | proven | unlisted | clashes | loose

func (c *conn) is(f flags) bool { return c.flags&f != 0 }

// begin is what a line may begin.
type begin uint8

const (
	opens begin = iota // a connection
	ends               // a connection, if it has an address, that is over with it
	gone               // none; whatever connection of its process there was is over
)

func begins(k sshdlog.Kind) begin {
	switch k {
	case sshdlog.End, sshdlog.Scan, sshdlog.Timeout:
		return ends
	case sshdlog.Gone:
		return gone
	}
	return opens
}

// A line is an event in its place.
type line struct {
	e      *sshdlog.Event
	addr   address // only if e.Sure
	proven bool    // no client can have written it
	at     uint32  // stamp; 0: none
	micro  int64   // the same in microseconds
	n, seq int64
}

// count adds a line to its connection.
func (t *Tally) count(c *conn, l *line) {
	e := l.e
	c.n, c.seq = l.n, l.seq
	if begins(e.Kind) == ends && t.inTime(l.at) {
		c.strays = sum(c.strays, 1)
	}
	c.stamp(l.at, l.at)
	if e.Sure {
		if !c.is(hasAddr) {
			c.addr = l.addr
			c.flags |= hasAddr
		}
		if c.port == 0 {
			c.port = e.Port
		}
		if l.proven {
			c.flags |= proven
		}
	} else {
		if e.Suspect {
			c.unsure = sum(c.unsure, 1)
		}
		if begins(e.Kind) == opens && !e.Kind.Mapping() {
			c.flags |= loose
		}
	}
	if e.HasUser || e.Invalid {
		t.countUser(c, e)
	}
	if e.Kind != sshdlog.PAMFailed {
		c.flags |= notOnlyPAM
	}
	if rank[e.Kind] > rank[c.outcome] {
		c.outcome = e.Kind
	}
	t.countKind(c, l)
	if begins(e.Kind) != opens {
		c.flags |= closed
	}
	if e.Suspect {
		t.doubts(c, l)
	}
}

func (t *Tally) countKind(c *conn, l *line) {
	e := l.e
	if e.Kind.Mapping() {
		if c.mapping == sshdlog.Other {
			c.mapping = e.Kind
			d := t.detailed(c)
			d.name, d.nameAt, d.mapAt = t.names.id(e.Name), l.seq, l.micro
			if !e.Sure {
				c.flags |= looseName
			}
		}
		c.acted = later(c.acted, l.at)
		return
	}
	if len(e.Name) > 0 {
		if d := t.detailed(c); d.named == 0 {
			d.named, d.namedAt = t.names.id(e.Name), l.seq
		}
	}
	switch e.Kind {
	case sshdlog.Dropped, sshdlog.Limited, sshdlog.Penalty, sshdlog.Throttled:
		if e.Kind == sshdlog.Dropped || e.Kind == sshdlog.Limited {
			c.dropped, c.acted = e.Repeat, l.at
		}
		return
	case sshdlog.Start:
		if d := t.detailed(c); d.startAt == 0 {
			d.startAt = l.micro
		}
		return
	case sshdlog.Gone, sshdlog.Scan, sshdlog.Timeout:
		return
	case sshdlog.End:
		if e.HasUser {
			c.flags |= tried
		}
		return
	case sshdlog.Accepted:
		c.flags |= loggedIn
		if c.in == 0 {
			c.in = t.names.id(e.User)
		}
	case sshdlog.Failed:
		c.failed = sum(c.failed, e.Repeat)
		if isRoot(e.User) {
			c.root = sum(c.root, e.Repeat)
		}
	case sshdlog.PAMFailed:
		c.pam = sum(c.pam, e.Repeat)
	case sshdlog.NotAllowed:
		c.denied = sum(c.denied, e.Repeat)
		if bytes.Contains(e.Rest, []byte("AllowUsers")) {
			c.flags |= unlisted
		}
	case sshdlog.FromKey:
		c.keys = sum(c.keys, e.Repeat)
		if d := t.detailed(c); d.need == 0 {
			d.need = t.names.required(e.At, e.Rest)
		}
	case sshdlog.FromCert:
		d := t.detailed(c)
		c.keys, d.certs = sum(c.keys, e.Repeat), sum(d.certs, e.Repeat)
	case sshdlog.Hostbased:
		d := t.detailed(c)
		d.hostbased = sum(d.hostbased, e.Repeat)
	}
	c.flags |= tried
	c.acted = later(c.acted, l.at)
}

// countUser keeps the first user of a connection. If any of its lines says that there is no
// such user, the name may be a password, and is not kept. But sshd also says that about users
// who exist and may not log in (auth.c, getpwnamallow). Another line tells them apart.
// Nor is a name kept that only PAM modules have told. A line that was cut, and Dropbear's, do
// not have the name.
func (t *Tally) countUser(c *conn, e *sshdlog.Event) {
	if e.HasUser && t.asksFor(e.User) {
		c.flags |= matches
	}
	if e.Invalid {
		c.flags |= unknown
	}
	switch e.Kind {
	case sshdlog.NotAllowed, sshdlog.FromKey, sshdlog.FromCert, sshdlog.Accepted:
		if c.known == 0 && !e.Invalid {
			c.known = t.names.id(e.User)
		}
	}
	switch {
	case c.is(unknown) && !t.o.UnknownUsers:
		c.user = 0
	case c.user == 0 && e.HasUser && (!e.Unchecked || t.o.UnknownUsers):
		c.user = t.names.id(e.User)
	}
}

// isRoot recognizes root, in capitals up to sshd 3.6.1.
func isRoot(user []byte) bool {
	return string(user) == "root" || string(user) == "ROOT"
}

// rank orders events by how much they say about a connection.
var rank = [sshdlog.Kinds]uint8{
	sshdlog.Accepted: 20, sshdlog.FromKey: 19, sshdlog.FromCert: 19, sshdlog.NotAllowed: 18, sshdlog.Hostbased: 17,
	sshdlog.TooMany: 16, sshdlog.Failed: 15, sshdlog.PAMFailed: 14, sshdlog.Invalid: 13, sshdlog.Partial: 12,
	sshdlog.Dropped: 11, sshdlog.Timeout: 10, sshdlog.Scan: 9, sshdlog.MapMismatch: 8, sshdlog.MapFailed: 7,
	sshdlog.MapNumeric: 6, sshdlog.MapMissing: 5, sshdlog.End: 4, sshdlog.Gone: 3, sshdlog.Start: 2,
	sshdlog.Penalty: 1, sshdlog.Limited: 1, sshdlog.Throttled: 1,
}

// join adds a fragment, with the same result as if its lines had been counted one by one.
func (t *Tally) join(c, o *conn) {
	if !c.is(hasAddr) {
		c.addr = o.addr
	}
	if c.port == 0 {
		c.port = o.port
	}
	c.flags |= o.flags & kept
	c.n, c.seq = o.n, o.seq
	c.strays = sum(c.strays, o.strays)
	c.stamp(o.first, o.last)
	c.acted = later(c.acted, o.acted)
	if rank[o.outcome] > rank[c.outcome] {
		c.outcome = o.outcome
	}
	t.joinDetails(c, o)
	if c.mapping == sshdlog.Other {
		c.mapping = o.mapping
		c.flags |= o.flags & looseName
	}
	for _, p := range [...]struct {
		to *uint32
		of uint32
	}{
		{&c.failed, o.failed}, {&c.pam, o.pam}, {&c.root, o.root}, {&c.keys, o.keys},
		{&c.denied, o.denied}, {&c.unsure, o.unsure},
	} {
		*p.to = sum(*p.to, p.of)
	}
	c.user, c.known = first(c.user, o.user), first(c.known, o.known)
	c.in = first(c.in, o.in)
	if c.is(unknown) && !t.o.UnknownUsers {
		c.user = 0
	}
	c.doubt = t.joinDoubts(c.doubt, o.doubt)
}

// stamp counts stamps; 0 is none.
func (c *conn) stamp(first, last uint32) {
	if first != 0 && (c.first == 0 || first < c.first) {
		c.first = first
	}
	c.last = max(c.last, last)
}

func first(a, b uint32) uint32 {
	if a != 0 {
		return a
	}
	return b
}

func later(a, b uint32) uint32 { return first(b, a) }

// userHost reports whether the reason of a NotAllowed is a list in which user@host can stand.
func userHost(reason []byte) bool { return bytes.Contains(reason, []byte("Users")) }
