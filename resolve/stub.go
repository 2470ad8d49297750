package resolve

import (
	"context"
	"errors"
	"math"
	"sync/atomic"

	"github.com/miekg/dns"
)

// stub asks DNS servers as glibc's resolver does, and follows CNAMEs.
type stub struct {
	cfg     *Config
	wire    Exchanger
	servers []Server
	sources []Source      // of the servers
	meters  []*meter      // of the servers
	start   atomic.Uint32 // for rotate: which server comes first
	shared  shared
	zones   Zones // if not nil, asked first
	offline bool  // no server is asked
}

func (s *stub) configure(cfg *Config, wire Exchanger, ms *meters) {
	s.cfg, s.wire, s.servers = cfg, wire, cfg.servers()
	s.shared.fetch = s.chase
	for _, server := range s.servers {
		s.sources = append(s.sources, server.source())
		s.meters = append(s.meters, ms.meter(server))
	}
}

// ask asks DNS. Names that must not leak end here (special.go), equal questions share
// one call, and cached answers are not asked for again.
func (s *stub) ask(ctx context.Context, q Question) *Answer { return s.askFor(ctx, q, false) }

// askFor is ask, except that a name found in a PTR record is asked about whatever it
// is, as libc does.
func (s *stub) askFor(ctx context.Context, q Question, found bool) *Answer {
	a := s.cfg.builtin(q)
	if found {
		a = s.cfg.disabled(q)
	}
	if a != nil {
		return a
	}
	if a = s.held(ctx).find(q); a != nil {
		return a
	}
	return s.shared.ask(ctx, q)
}

// chase asks for q and, if a CNAME chain leaves the reply, for the chain's end.
func (s *stub) chase(ctx context.Context, q Question) *Answer {
	t := trail{end: q.Name, ttl: math.MaxUint32, ad: true}
	var a *Answer
	for more := true; more; {
		at := Question{t.end, q.Type}
		if b := s.cfg.builtin(at); b != nil && t.end != q.Name { // a CNAME may not make such a name leak either
			a = b
			a.Question, a.Canonical, a.Chain = q, t.end, t.chain
			break
		}
		if t.end != q.Name {
			spendMore(ctx)
		}
		reply, from, status := s.replyFrom(ctx, at)
		if status != OK {
			a = &Answer{Question: q, Status: status, Source: from, Chain: t.chain}
			break
		}
		a, more = t.read(q, &reply)
		a.Source = from
	}
	a.ClaimedAD = a.Authentic
	a.Authentic = a.Authentic && s.cfg.TrustAD
	return a
}

// replyFrom asks the zones at hand, then the servers, and says who has answered.
func (s *stub) replyFrom(ctx context.Context, q Question) (Reply, Source, Status) {
	if r, status, known := s.fromZones(q); known {
		return r, r.Source, status
	}
	r, server, status := s.reply(ctx, q)
	return r, s.sources[server], status
}

// reply asks one server after the other, round after round. NOERROR and NXDOMAIN are
// final; after any other rcode, a failure or silence it asks the next server. After all
// rounds it returns the reply or status that says most, and whose it is: SERVFAIL and
// its like (a server tried and failed), then REFUSED, then an unusable reply, then
// silence. An empty reply of a server that does not recurse is unusable (glibc's
// send_dg calls it referred), and so is one whose records are all about something else. From the second round on EDNS is not used, in case that
// was the problem. What a lane has sent counts: a server gets a question sends times at
// most, or once more if this is the first time here. Who does not get his turn under the
// rate in time has not asked: that is Skipped.
func (s *stub) reply(ctx context.Context, q Question) (best Reply, server int, status Status) {
	first := 0
	if s.cfg.Rotate {
		first = int((s.start.Add(1) - 1) % uint32(len(s.servers)))
	}
	status, server = Timeout, first
	spent := s.shared.takeSpent(q)
	ctx, sent := spent.counting(ctx)
	asked := false
	for round := range s.cfg.attempts() {
		for i := range s.servers {
			at := (first + i) % len(s.servers)
			if asked && spent.up(at) {
				continue
			}
			if !s.meters[at].wait(ctx) {
				switch {
				case !asked:
					status = Skipped
				case status == Timeout:
					status = gaveUp(ctx)
				}
				return best, server, status
			}
			asked = true
			r, err := s.wire.Exchange(ctx, s.servers[at], q, round > 0)
			s.meters[at].count(err)
			spent.add(at, sent)
			switch {
			case err == nil && (r.Lame || r.aside(q)):
				if status == Timeout {
					server, status = at, Invalid
				}
			case err == nil && (r.Rcode == dns.RcodeSuccess || r.Rcode == dns.RcodeNameError):
				return r, at, OK
			case err == nil && (status != OK || best.Rcode == dns.RcodeRefused && r.Rcode != dns.RcodeRefused):
				best, server, status = r, at, OK
			case errors.Is(err, ErrUnusable) && status == Timeout:
				server, status = at, Invalid
			}
			if ctx.Err() != nil {
				if status == Timeout {
					status = gaveUp(ctx)
				}
				return best, server, status
			}
		}
	}
	return best, server, status
}
