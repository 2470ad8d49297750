package exporter

import (
	"context"
	"net/netip"

	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// permitted is a prober that connects to what the allow-list allows. It is asked with the
// address that is dialled, so DNS cannot say something else in between.
type permitted struct {
	check.Prober
	module  *Module
	word    Word
	refused func() // counts
}

func (p permitted) Probe(ctx context.Context, t check.Target, a netip.AddrPort) check.Probe {
	if p.module.Allow.Address(p.word, a) {
		return p.Prober.Probe(ctx, t, a)
	}
	p.refused()
	return check.Probe{Connect: check.ConnectFailed, Error: "the module " + safetext.Line(p.module.Name) +
		" does not allow this address; one that is not public needs a prefix in 'allow'"}
}
