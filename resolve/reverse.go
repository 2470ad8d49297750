package resolve

import (
	"context"
	"net/netip"
	"strings"
)

// reverse asks the sources in nsswitch's order for the names of an address, which is
// unmapped and has no zone.
func (r *Resolver) reverse(ctx context.Context, addr netip.Addr, s Scope) *Answer {
	r.init()
	q := Question{ReverseName(addr), PTR}
	nothing := func() *Answer {
		return &Answer{Question: q, Status: NotFound, Source: Source{Kind: KindBuiltin}}
	}
	if !addr.IsValid() {
		return nothing()
	}
	var best *Answer
	askedDNS, unknown := false, false
	services := r.order(s)
	for i, service := range services {
		last := i == len(services)-1
		dns := r.isDNS(service.Module)
		if r.private(service.Module, addr) || dns && askedDNS {
			continue
		}
		askedDNS = askedDNS || dns
		a, out := r.namesFrom(ctx, service.Module, q, addr)
		if r.cutOff(out) {
			return cutOffAnswer(q, service.Module)
		}
		unknown = unknown || service.Module == "files" && out == OnNotFound
		switch {
		case out == OnSuccess && !last && service.Merge&OnSuccess != 0:
			return nothing()
		case out == OnSuccess && (last || service.Stop&OnSuccess != 0):
			return a
		case out == OnSuccess: // libc continues, and drops this answer
		case a != nil && (best == nil || a.rank() > best.rank() || ctx.Err() != nil && a.Status.Temporary()):
			best = a
		}
		if service.Stop&out != 0 {
			break
		}
	}
	switch {
	case best == nil && unknown:
		return r.hostsNothing(q)
	case best == nil:
		return nothing()
	}
	return best
}

// private reports whether a source is not asked about an address, because the address
// means something else on each machine or link. Modules that know the machine or the
// link decide for themselves.
func (r *Resolver) private(module string, addr netip.Addr) bool {
	switch {
	case module == "files", r.stub.cfg.Explicit, r.Zones != nil, !unroutable(addr):
		return false
	case strings.HasPrefix(module, "mdns"):
		return addr.IsLoopback() || addr.IsUnspecified()
	}
	return true
}

func (r *Resolver) namesFrom(ctx context.Context, module string, q Question, addr netip.Addr) (*Answer, Outcomes) {
	switch {
	case module == "files":
		return r.namesFromFile(q, addr)
	case module == nativeModule:
		return r.namesFromSystem(ctx, q, addr)
	case r.isDNS(module):
		a := r.stub.ask(ctx, q)
		if a.Status == OK {
			return a, OnSuccess
		}
		return a, outcome([]*Answer{a})
	}
	return r.namesFromModule(ctx, module, q, addr)
}
