package check

import (
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// AppendJSON appends the Result as json.Marshal writes it, to the byte. It is for who
// writes very many: it does not look at types, and allocates nothing but room in dst.
func (r *Result) AppendJSON(dst []byte) []byte {
	b := append(slices.Grow(dst, r.roomJSON()), `{"schema":`...)
	b = strconv.AppendInt(b, int64(r.Schema), 10)
	b = appendString(append(b, `,"target":`...), r.Target)
	b = appendString(append(b, `,"host":`...), r.Host)
	b = appendOptional(b, `,"name":`, r.Name)
	b = strconv.AppendUint(append(b, `,"port":`...), uint64(r.Port), 10)
	b = appendString(append(b, `,"verdict":`...), r.Verdict)
	b = appendString(append(b, `,"severity":`...), r.Severity.String())
	b = r.Forward.appendJSON(append(b, `,"forward":`...))
	b = appendList(append(b, `,"addresses":`...), r.Addresses, (*Address).appendJSON)
	b = appendList(append(b, `,"findings":`...), r.Findings, (*Finding).appendJSON)
	if len(r.Tickets) > 0 {
		b = appendList(append(b, `,"kerberos":`...), r.Tickets, (*Ticket).appendJSON)
	}
	b = r.Timings.appendJSON(append(b, `,"timings":`...))
	b = appendOptional(b, `,"where":`, r.Where)
	if !r.Time.IsZero() {
		b = append(b, `,"time":"`...)
		b = append(r.Time.AppendFormat(b, time.RFC3339Nano), '"')
	}
	b = appendOptional(b, `,"version":`, r.Version)
	return append(b, '}')
}

// roomJSON is about how many bytes AppendJSON appends, so that nearly always there is room
// for them at once, and not much more.
func (r *Result) roomJSON() int {
	const fields = 256 // names of the fields of a Result, and what is as long everywhere
	n := fields + len(r.Target) + len(r.Host) + len(r.Name) + len(r.Forward.Canonical) + len(r.Forward.Source) + len(r.Where) + len(r.Version)
	for i := range r.Addresses {
		a := &r.Addresses[i]
		n += fields + len(a.Source) + len(a.Reverse.Source) + len(a.Reverse.Zone) + len(a.Reverse.Contact) + len(a.SSHD)
		for j := range a.PTR {
			p := &a.PTR[j]
			n += fields/2 + len(p.Name) + len(p.Source) + 20*len(p.Addresses)
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		n += fields/2 + len(f.Text) + len(f.File)
		for j := range f.Advice {
			a := &f.Advice[j]
			n += fields/2 + len(a.Text) + len(a.File) + len(a.Line)
		}
	}
	for i := range r.Tickets {
		n += fields/2 + len(r.Tickets[i].Principal) + len(r.Tickets[i].Given)
	}
	return n
}

func (f *Forward) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"a":`...), f.A.String())
	b = appendString(append(b, `,"aaaa":`...), f.AAAA.String())
	b = appendString(append(b, `,"canonical":`...), f.Canonical)
	if len(f.Chain) > 0 {
		b = appendList(append(b, `,"chain":`...), f.Chain, func(s *string, b []byte) []byte { return appendString(b, *s) })
	}
	b = appendString(append(b, `,"source":`...), f.Source)
	b = strconv.AppendInt(append(b, `,"ttl":`...), int64(f.TTL), 10)
	return append(b, '}')
}

func (a *Address) appendJSON(b []byte) []byte {
	b = appendAddr(append(b, `{"address":`...), a.Address)
	b = appendString(append(b, `,"family":`...), a.Family)
	b = appendString(append(b, `,"source":`...), a.Source)
	b = appendString(append(b, `,"verdict":`...), a.Verdict)
	b = appendString(append(b, `,"severity":`...), a.Severity.String())
	b = a.Reverse.appendJSON(append(b, `,"reverse":`...))
	b = appendList(append(b, `,"ptr":`...), a.PTR, (*PTR).appendJSON)
	if a.Connect != nil {
		b = a.Connect.appendJSON(append(b, `,"connect":`...))
	}
	if a.SSH != nil {
		b = a.SSH.appendJSON(append(b, `,"ssh":`...))
	}
	b = appendString(append(b, `,"sshd_message":`...), a.SSHD)
	return append(b, '}')
}

func (r *Reverse) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"status":`...), r.Status.String())
	b = appendString(append(b, `,"source":`...), r.Source)
	b = strconv.AppendInt(append(b, `,"ttl":`...), int64(r.TTL), 10)
	b = strconv.AppendBool(append(b, `,"truncated":`...), r.Truncated)
	b = appendOptional(b, `,"zone":`, r.Zone)
	b = appendOptional(b, `,"contact":`, r.Contact)
	return append(b, '}')
}

func (p *PTR) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"name":`...), p.Name)
	b = appendString(append(b, `,"source":`...), p.Source)
	b = appendString(append(b, `,"status":`...), p.Status.String())
	b = appendList(append(b, `,"addresses":`...), p.Addresses,
		func(a *netip.Addr, b []byte) []byte { return appendAddr(b, *a) })
	b = strconv.AppendBool(append(b, `,"confirmed":`...), p.Confirmed)
	b = appendIf(b, p.Differs, `,"sshd_differs":true`)
	return append(b, '}')
}

func (c *Connect) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"status":`...), c.Status)
	b = appendNumber(append(b, `,"seconds":`...), c.Seconds)
	b = appendString(append(b, `,"error":`...), c.Error)
	b = appendOptional(b, `,"via":`, c.Via)
	return append(b, '}')
}

func (s *SSH) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"version":`...), s.Version)
	b = appendOptional(b, `,"client":`, s.Client)
	b = appendList(append(b, `,"hostkeys":`...), s.HostKeys, (*HostKey).appendJSON)
	return append(b, '}')
}

func (k *HostKey) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"type":`...), k.Type)
	b = appendString(append(b, `,"fingerprint":`...), k.Fingerprint)
	b = appendString(append(b, `,"status":`...), k.Status)
	b = appendString(append(b, `,"evidence":`...), k.Evidence)
	b = appendOptional(b, `,"line":`, k.Line)
	b = appendIf(b, k.Certificate, `,"certificate":true`)
	b = appendIf(b, k.Chosen, `,"chosen":true`)
	b = appendOptional(b, `,"refused":`, k.Refused)
	return append(b, '}')
}

func (f *Finding) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"code":`...), f.Code)
	b = appendString(append(b, `,"severity":`...), f.Severity.String())
	if f.Address != (netip.Addr{}) {
		b = appendAddr(append(b, `,"address":`...), f.Address)
	}
	b = appendString(append(b, `,"text":`...), f.Text)
	if len(f.Advice) > 0 {
		b = appendList(append(b, `,"advice":`...), f.Advice, (*Advice).appendJSON)
	}
	b = appendOptional(b, `,"file":`, f.File)
	if f.Line != 0 {
		b = strconv.AppendInt(append(b, `,"line":`...), int64(f.Line), 10)
	}
	return append(b, '}')
}

func (a *Advice) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"code":`...), a.Code)
	b = appendString(append(b, `,"machine":`...), a.Machine)
	b = appendString(append(b, `,"text":`...), a.Text)
	b = appendOptional(b, `,"file":`, a.File)
	b = appendOptional(b, `,"line":`, a.Line)
	return append(b, '}')
}

func (t *Ticket) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"principal":`...), t.Principal)
	b = appendString(append(b, `,"from":`...), t.From)
	b = appendString(append(b, `,"given":`...), t.Given)
	b = appendString(append(b, `,"given_by":`...), t.GivenBy)
	b = strconv.AppendInt(append(b, `,"try":`...), int64(t.Try), 10)
	if t.Address != (netip.Addr{}) {
		b = appendAddr(append(b, `,"address":`...), t.Address)
	}
	return append(b, '}')
}

func (p *Phases) appendJSON(b []byte) []byte {
	b = appendNumber(append(b, `{"resolve_seconds":`...), p.Resolve)
	b = appendNumber(append(b, `,"reverse_seconds":`...), p.Reverse)
	b = appendTime(b, `,"connect_seconds":`, p.Connect)
	b = appendTime(b, `,"identify_seconds":`, p.Identify)
	b = appendTime(b, `,"hostkeys_seconds":`, p.HostKeys)
	return append(b, '}')
}
