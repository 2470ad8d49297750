package tally

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"rdnsproxy/sshdlog"
)

// ErrVersion is the error of Decode for a tally that another version of the program wrote.
var ErrVersion = errors.New("the tally is of another version of rdnsproxy")

// Decode reads what Encode has written. The error for a tally of another version is
// ErrVersion. If a stranger wrote the tally, its numbers can be wrong, but it takes no more
// memory than that of a log of the same size.
func Decode(r io.Reader) (*Tally, error) {
	d := &decoder{Reader: bufio.NewReaderSize(r, 64<<10)}
	t, err := d.decode(caps{})
	if err != nil && !errors.Is(err, ErrVersion) {
		err = fmt.Errorf("line %d of the tally: %w", d.line, err)
	}
	return t, err
}

type decoder struct {
	*bufio.Reader
	line  int
	t     *Tally
	hosts []uint32 // their numbers in t
	open  int
	ended bool
}

func (d *decoder) decode(caps caps) (*Tally, error) {
	line, err := d.next()
	if err != nil {
		return nil, err
	}
	if err := d.header(line, caps); err != nil {
		return nil, err
	}
	for !d.ended {
		var w wireRecord
		if line, err = d.next(); err != nil {
			return nil, err
		}
		if err = strict(line, &w); err != nil {
			return nil, err
		}
		if err = d.record(&w); err != nil {
			return nil, err
		}
		if t := d.t; len(t.names.texts) > t.names.limit {
			t.dropNames()
		}
	}
	if _, err = d.ReadByte(); err != io.EOF {
		return nil, errors.New("something follows the end")
	}
	return d.t, nil
}

// next returns the next line, which is bounded.
func (d *decoder) next() ([]byte, error) {
	d.line++
	var line []byte
	for {
		part, err := d.ReadSlice('\n')
		if len(line)+len(part) > longestLine {
			return nil, errors.New("too long")
		}
		if err == nil && line == nil {
			return part, nil
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case err == io.EOF:
			return nil, errors.New("the end is missing")
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

// strict reads JSON in which every member is known.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func (d *decoder) header(line []byte, caps caps) error {
	var h wireHeader
	err := json.Unmarshal(line, &h)
	if h.Kind != wireKind {
		return errors.New("this is no tally of rdnsproxy")
	}
	if h.Schema != wireSchema || h.Hash != wireHash() {
		return ErrVersion
	}
	if err == nil {
		err = strict(line, &h)
	}
	if err != nil {
		return err
	}
	if len(h.Messages) != sshdlog.Kinds {
		return ErrVersion
	}
	o := Options{
		Window: h.Options.Window, UnknownUsers: h.Options.UnknownUsers, Since: h.Options.Since, Until: h.Options.Until,
		Only: h.Options.Only, caps: caps,
	}
	t := New(o)
	if h.Part {
		t = NewPart(o)
	}
	d.t = t
	copy(t.messages[:], h.Messages)
	t.first, t.last, t.seq = h.First, h.Last, h.Lines
	t.unattributed, t.forged, t.listed.all = h.Unattributed, h.Forged, h.Listed
	t.hostBound, t.strangers.bound, t.insiders.bound = h.Bounds[0], h.Bounds[1], h.Bounds[2]
	t.strangers.boundNamed, t.insiders.boundNamed = h.Bounds[3], h.Bounds[4]
	t.users.bound = h.Bounds[5]
	t.strangers.others, t.insiders.others = h.Others[0], h.Others[1]
	t.strangers.unnamed, t.insiders.unnamed = h.Unnamed[0], h.Unnamed[1]
	if h.Step != minutes && h.Step != anHour && h.Step != day {
		return errors.New("a step of time is five minutes, an hour or a day")
	}
	for t.hours.step < h.Step {
		t.hours.lengthen()
	}
	return inLog(0, t.seq, 1<<53)
}

// inLog checks that places in a log are in order.
func inLog(places ...int64) error {
	for i := 1; i < len(places); i++ {
		if places[i-1] > places[i] {
			return errors.New("a place is out of order")
		}
	}
	return nil
}

func (d *decoder) record(w *wireRecord) error {
	t := d.t
	switch {
	case w.Hour != nil:
		h := w.Hour
		if stamp(h[0]) == 0 && h[0] != 0 {
			return errors.New("a time that is none")
		}
		t.hours.put(&hour{uint32(h[0]), h[1], h[2], h[3], h[4], h[5]})
	case w.Users != nil:
		for _, u := range w.Users {
			t.users.add(u)
		}
	case w.Host != nil:
		return d.host(w.Host)
	case w.Forgery != nil:
		t.sampleForgery(w.Forgery.claim().forgery)
	case w.Connection != nil:
		return d.connection(w.Connection)
	case w.Edge != nil:
		return d.edge(w.Edge)
	case w.Open != nil:
		return d.openConn(w.Open)
	case w.Client != nil:
		return d.client(t.strangers, w.Client)
	case w.Insider != nil:
		return d.client(t.insiders, w.Insider)
	case w.End != nil:
		d.ended = true
		if *w.End != int64(d.line)-2 {
			return errors.New("lines are missing")
		}
	default:
		return errors.New("an empty record")
	}
	return nil
}

func (d *decoder) host(w *wireHost) error {
	t := d.t
	if len(d.hosts) > 3*(t.o.caps.hosts+int(t.o.caps.window))+64 {
		return errors.New("too many hosts")
	}
	name := cut([]byte(w.Name))
	if _, ok := t.hostNumber[string(name)]; ok {
		return errors.New("a host is there twice")
	}
	k := t.newHost(name)
	d.hosts = append(d.hosts, k)
	h := t.hosts[k]
	h.n, h.seq = w.N, w.Seq
	if w.Counts != nil && h.counts != nil {
		h.counts = w.Counts.counts()
	}
	return errors.Join(inLog(0, w.N, t.seq), inLog(0, w.Seq, t.seq))
}

func (d *decoder) connection(w *wireListed) error {
	t, c := d.t, w.Connection
	if int(c.Mapping) >= sshdlog.Kinds || int(c.Outcome) >= sshdlog.Kinds || c.Addr.Zone() != "" {
		return errors.New("a connection that cannot be")
	}
	c.Host, c.Name, c.User = string(cut([]byte(w.Host))), string(cut([]byte(w.Name))), string(cut([]byte(w.User)))
	all := t.listed.all
	t.listed.add(c, t.o.caps.reported)
	t.listed.all = all
	return nil
}
