package resolve

import (
	"context"
	"time"

	"github.com/miekg/dns"
)

// What is known of a server: whether it does EDNS, or at least does no worse for
// being asked with it.
const (
	ednsUnknown uint32 = iota
	ednsSpoken
	ednsNone // it is asked without for the rest of the run
)

// ednsPatience is how long a server of which nothing is known may be silent before
// it is asked without EDNS as well: some drop what they do not understand, and
// libc, which does not use EDNS unless told to, waits for nothing there.
const ednsPatience = 250 * time.Millisecond

// Exchange asks server q once, with EDNS unless plain is set or the server is
// known not to do it. Datagrams that do not answer the question are ignored until
// the time is up. The errors wrap ErrNoReply, ErrUnreachable, ErrUnusable (nothing
// came but what cannot be used), net.ErrClosed, or are ctx's.
func (m *Mux) Exchange(ctx context.Context, server Server, q Question, plain bool) (Reply, error) {
	e := m.endpoint(server)
	known := e.edns.Load()
	if plain || known == ednsNone {
		r, err := m.once(ctx, server, q, false)
		if err == nil && known == ednsUnknown && r.final() {
			e.edns.CompareAndSwap(ednsUnknown, ednsNone) // it was silent, or failed, when it was asked with EDNS
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

// datagram asks over UDP with the packed query. A server that is to be tried both
// ways gets the question without EDNS too if it is silent; asked is the query that
// the outcome is about.
func (m *Mux) datagram(ctx context.Context, server Server, q Question, query []byte, both bool) (r *Reply, asked []byte, err error) {
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
			return nil, query, first.giveUp(ctx.Err())
		}
	}
}

// final reports whether a reply says what there is: any rcode but these two may
// be about the server.
func (r *Reply) final() bool {
	return (r.Rcode == dns.RcodeSuccess || r.Rcode == dns.RcodeNameError) && !r.stray
}

// blamesEDNS reports whether a reply may be what it is because of the OPT record
// in the query: it says so, it has put one where answers stand, or it is a failure
// of a server of which nothing better is known.
func (r *Reply) blamesEDNS(known uint32) bool {
	switch r.Rcode {
	case dns.RcodeFormatError, dns.RcodeNotImplemented, dns.RcodeBadVers:
		return true
	case dns.RcodeServerFailure:
		return known == ednsUnknown && !r.opt && !r.plain
	}
	return r.stray
}
