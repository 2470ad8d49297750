package resolve

import (
	"context"
	"time"

	"github.com/miekg/dns"
)

// What is known of a server: whether it supports EDNS, or at least answers queries
// that use it.
const (
	ednsUnknown uint32 = iota
	ednsSpoken
	ednsNone // it is asked without EDNS from now on
)

// ednsPatience is how long an unknown server may be silent before it is asked without
// EDNS as well. Some servers drop queries with EDNS, and libc, which uses it only
// with "options edns0", does not wait for them.
const ednsPatience = 250 * time.Millisecond

// Exchange asks server q once, with EDNS unless plain is set or the server is
// known not to support it. Datagrams that do not answer the question are ignored
// until the timeout. The error wraps ErrNoReply, ErrUnreachable, ErrUnusable (only
// unusable replies came) or net.ErrClosed, or is ctx's.
func (m *Mux) Exchange(ctx context.Context, server Server, q Question, plain bool) (Reply, error) {
	e := m.endpoint(server)
	known := e.edns.Load()
	if plain || known == ednsNone {
		r, err := m.once(ctx, server, q, false)
		if err == nil && known == ednsUnknown && r.final() {
			e.edns.CompareAndSwap(ednsUnknown, ednsNone) // with EDNS it was silent or failed
		}
		return finished(r, err)
	}
	r, err := m.once(ctx, server, q, true)
	switch {
	case err != nil:
	case r.blamesEDNS(known): // RFC 6891, sections 6.2.2 and 7
		again, failed := m.once(ctx, server, q, false)
		if failed == nil && again.final() {
			e.edns.Store(ednsNone)
		}
		if failed == nil || r.stray {
			r, err = again, failed
		}
	case r.plain:
		e.edns.CompareAndSwap(ednsUnknown, ednsNone)
	case r.final() || r.opt:
		e.edns.CompareAndSwap(ednsUnknown, ednsSpoken)
	}
	return finished(r, err)
}

func finished(r *Reply, err error) (Reply, error) {
	switch {
	case err != nil:
		return Reply{}, err
	case r.stray:
		return Reply{}, ErrUnusable
	}
	return *r, nil
}

func (m *Mux) once(ctx context.Context, server Server, q Question, edns bool) (*Reply, error) {
	query, err := packQuery(q, edns)
	if err != nil {
		return nil, err
	}
	if m.TCP {
		return m.stream(ctx, server, query)
	}
	r, query, err := m.datagram(ctx, server, q, query, edns && m.endpoint(server).edns.Load() == ednsUnknown)
	if err == errTruncated {
		return m.afterTruncation(ctx, server, query)
	}
	return r, err
}

// datagram asks over UDP with the packed query. If both is set and the server is
// silent, the question is sent without EDNS too. asked is the query that the outcome
// is about.
func (m *Mux) datagram(
	ctx context.Context, server Server, q Question, query []byte, both bool,
) (r *Reply, asked []byte, err error) {
	first, err := m.launch(ctx, server, query)
	if err != nil {
		return nil, query, err
	}
	defer first.leave()
	var patience <-chan time.Time
	if both {
		t := time.NewTimer(ednsPatience)
		defer t.Stop()
		patience = t.C
	}
	var second slot
	var answered <-chan struct{} // the second's
	for {
		select {
		case <-first.done:
			return first.reply, query, first.err
		case <-answered:
			answered = nil
			if second.err == nil || second.err == errTruncated {
				if second.reply != nil {
					second.reply.plain = true
				}
				return second.reply, second.query, second.err
			}
		case <-patience:
			patience = nil
			bare, err := packQuery(q, false)
			if err != nil {
				continue
			}
			if second, err = m.launch(ctx, server, bare); err == nil {
				defer second.leave()
				answered = second.done
			}
		case <-ctx.Done():
			err := first.giveUp(ctx.Err())
			return first.reply, query, err
		}
	}
}

// final reports whether a reply is about the name. Any rcode but these two may be
// about the server.
func (r *Reply) final() bool {
	return (r.Rcode == dns.RcodeSuccess || r.Rcode == dns.RcodeNameError) && !r.stray
}

// blamesEDNS reports whether the OPT record in the query may be the reason for a
// reply: the rcode says so, an OPT record is in the answer section, or an unknown
// server failed.
func (r *Reply) blamesEDNS(known uint32) bool {
	switch r.Rcode {
	case dns.RcodeFormatError, dns.RcodeNotImplemented, dns.RcodeBadVers:
		return true
	case dns.RcodeServerFailure:
		return known == ednsUnknown && !r.opt && !r.plain
	}
	return r.stray
}
