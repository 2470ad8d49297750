package tally

import (
	"errors"

	"rdnsproxy/limits"
)

func (d *decoder) name(s bytesText) uint32 { return d.t.names.id([]byte(s)) }

func (d *decoder) required(s bytesText) uint32 { return d.t.names.required(placed([]byte(s))) }

func (d *decoder) client(table *records, w *wireClient) error {
	t := d.t
	t.evictIfCrowded()
	if !w.Addr.IsValid() || w.Addr.Zone() != "" {
		return errors.New("a client without an address")
	}
	a := address(w.Addr.As16())
	if k, _ := table.find(&a); k != 0 {
		return errors.New("a client is there twice")
	}
	number := table.get(&a)
	if number == 0 {
		return errors.New("a client beyond the bound")
	}
	r := table.at(number)
	r.first, r.last, r.flags, r.n = w.Times[0], w.Times[1], w.Flags, w.N
	r.failed, r.failedAt = w.Failed, w.FailedAt
	if w.Asked != nil {
		r.asked = *w.Asked
	}
	if len(w.Users) > limits.AuditSample {
		return errors.New("a sample that is too large")
	}
	for _, x := range w.Users {
		t.sampleUser(r, d.name(x.Name), x.N)
	}
	if err := d.sample(&r.hosts, w.Hosts, d.name); err != nil || w.More == nil {
		return err
	}
	return d.extra(t.extraOf(r), w.More)
}

func (d *decoder) extra(m *extra, w *wireExtra) error {
	m.n, m.wait = w.N, w.Wait
	m.nameFirst, m.nameLast = d.name(w.Name[0]), d.name(w.Name[1])
	m.nameFirstAt, m.nameLastAt = w.NameAt[0], w.NameAt[1]
	m.mapping, m.mappingAt = uint8(w.Mapping), w.MappingAt
	if l := w.Login; l != nil {
		m.login = login{true, l.Time, d.name(l.Host), d.name(l.User), l.Failed, l.FailedAt, l.Asked}
	}
	if m.mapping != 0 && !w.Mapping.Mapping() {
		return errors.New("a complaint that is none")
	}
	seq := d.t.seq
	err := errors.Join(
		inLog(0, m.nameFirstAt, seq), inLog(0, m.nameLastAt, seq), inLog(0, m.mappingAt, seq), inLog(0, m.wait, mostWait+1),
	)
	for i, s := range []*wireSample{w.LoggedIn, w.Refused, w.Denied, w.Names, w.Unlisted} {
		err = errors.Join(err, d.sample(m.samples()[i], s, d.name))
	}
	return errors.Join(err, d.sample(&m.required, w.Required, d.required))
}

func (d *decoder) sample(s *sample, w *wireSample, id func(bytesText) uint32) error {
	if w == nil {
		return nil
	}
	if len(w.Names) > limits.AuditSample {
		return errors.New("a sample that is too large")
	}
	for _, x := range w.Names {
		d.t.sample(s, id(x.Name), x.N)
	}
	if w.More != nil {
		d.t.widen(s).merge(*w.More)
	}
	return nil
}

func (w *wireCounts) counts() *hostCounts {
	h := &hostCounts{
		messages: w.Messages, connections: w.Connections, pam: w.PAM, logins: w.Logins, first: w.Times[0], last: w.Times[1],
		firstProof: w.Times[2], lastProof: w.Times[3], trust: w.Trust, complaints: w.Proofs[0], named: w.Proofs[1],
		from: w.Proofs[2], userHost: w.Proofs[3], hostKey: w.Proofs[4],
		throttled: w.Dropped[0], dropLines: w.Dropped[1],
	}
	for _, u := range w.UIDs {
		h.uid(u)
	}
	if w.Waits != nil {
		x := h.waited()
		x.n, x.longest = w.Waits.N, w.Waits.Longest
		for _, s := range w.Waits.Steps {
			x.steps[s[0]%uint32(len(x.steps))] = s[1]
		}
	}
	return h
}
