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
	return check.Probe{Connect: check.ConnectFailed, Error: "not connected to: no prefix in 'allow' of the module " +
		safetext.Line(p.module.Name) + " has the address, and it is not a public one"}
}
