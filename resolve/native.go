package resolve

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// nativeModule is the system's own API as a source. No module of nsswitch.conf can
// have this name.
const nativeModule = "(system)"

var nativeServices = []Service{{Module: "files", Stop: OnSuccess}, {Module: nativeModule, Stop: OnSuccess}}

// addressesFromSystem asks the system's API, which alone knows of VPNs with DNS
// servers of their own. It applies the search list itself and reports neither TTL nor
// rcode.
func (r *Resolver) addressesFromSystem(ctx context.Context, w want) ([]*Answer, Outcomes) {
	if a, ok := r.builtinAddresses(w); ok && !w.found {
		return a, successOr(a)
	}
	host := w.host
	if w.absolute && host[len(host)-1] != '.' {
		host += "."
	}
	arrived := make(chan *Answer, len(w.types))
	for _, t := range w.types {
		go func() { arrived <- r.systemAddresses(ctx, host, Question{w.name, t}) }()
	}
	answers := make([]*Answer, 0, len(w.types))
	for range w.types {
		answers = append(answers, <-arrived)
	}
	return answers, successOr(answers)
}

func (r *Resolver) systemAddresses(ctx context.Context, host string, q Question) *Answer {
	start := time.Now()
	network := "ip4"
	if q.Type == AAAA {
		network = "ip6"
	}
	addrs, err := r.Native.LookupNetIP(ctx, network, host)
	a := systemAnswer(ctx, q, err)
	if a.Status == OK {
		for i, addr := range addrs {
			if q.Type == A {
				addrs[i] = addr.Unmap()
			}
		}
		a.Addrs, a.Canonical = unique(addrs), q.Name
	}
	a.Took = time.Since(start)
	return a
}

func (r *Resolver) namesFromSystem(ctx context.Context, q Question, addr netip.Addr) (*Answer, Outcomes) {
	names, err := r.Native.LookupAddr(ctx, addr.String())
	if len(names) > 0 {
		err = nil // it is about names that package net leaves out because they are not host names
	}
	a := systemAnswer(ctx, q, err)
	for _, s := range names {
		a.Names = append(a.Names, fromPresentation(withDot(s)))
	}
	a.Names = unique(a.Names)
	if a.Status == OK {
		a.Canonical = q.Name
	}
	return a, successOr([]*Answer{a})
}

func withDot(s string) string {
	if s == "" || s[len(s)-1] != '.' {
		return s + "."
	}
	return s
}

// systemAnswer is an answer with the status of package net's error.
func systemAnswer(ctx context.Context, q Question, err error) *Answer {
	a := &Answer{Question: q, Source: Source{Kind: KindSystem}, Status: OK}
	var d *net.DNSError
	switch {
	case err == nil:
	case ctx.Err() != nil:
		a.Status = gaveUp(ctx)
	case errors.As(err, &d) && d.IsNotFound:
		a.Status = NotFound
	case errors.As(err, &d) && d.IsTimeout:
		a.Status = Timeout
	case errors.As(err, &d) && !d.IsTemporary:
		a.Status = Invalid
	default:
		a.Status = ServFail
	}
	return a
}

// builtinAddresses answers for names that no source is asked about.
func (r *Resolver) builtinAddresses(w want) ([]*Answer, bool) {
	answers := make([]*Answer, 0, len(w.types))
	for _, t := range w.types {
		a := r.stub.cfg.builtin(Question{w.name, t})
		if a == nil {
			return nil, false
		}
		answers = append(answers, a)
	}
	return answers, true
}

func successOr(answers []*Answer) Outcomes {
	for _, a := range answers {
		if a.Status == OK {
			return OnSuccess
		}
	}
	return outcome(answers)
}
