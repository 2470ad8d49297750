package resolve

import (
	"context"
	"net/netip"
	"strings"
)

// reverse asks the sources in nsswitch's order for the names of an address that
// has neither zone nor mapping.
func (r *Resolver) reverse(ctx context.Context, addr netip.Addr, s Scope) *Answer {
	r.init()
	q := Question{ReverseName(addr), PTR}
	best := &Answer{Question: q, Status: NotFound, Source: Source{Kind: KindBuiltin}}
	if !addr.IsValid() {
		return best
	}
	asked, askedDNS := false, false
	for _, service := range r.order(s) {
		dns := r.isDNS(service.Module)
		if !r.mayKnow(service.Module, addr) || dns && askedDNS {
			continue
		}
		askedDNS = askedDNS || dns
		a, out := r.namesFrom(ctx, service.Module, q, addr)
		if out == OnSuccess {
			return a
		}
		if !asked || a.telling() > best.telling() || ctx.Err() != nil && a.Status.Temporary() {
			best, asked = a, true
		}
		if service.Stop&out != 0 {
			break
		}
	}
	return best
}

// mayKnow reports whether a source is asked about an address at all: what means
// another thing on every machine is no matter for servers.
func (r *Resolver) mayKnow(module string, addr netip.Addr) bool {
	switch {
	case module == "files" || r.stub.cfg.Explicit:
		return true
	case strings.HasPrefix(module, "mdns") && strings.Contains(module, "_minimal"):
		return addr.IsLinkLocalUnicast()
	case strings.HasPrefix(module, "mdns"):
		return !addr.IsLoopback() && !addr.IsUnspecified()
	case module == "myhostname":
		return !unroutable(addr) && r.ownAddress(addr)
	}
	return !unroutable(addr)
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
