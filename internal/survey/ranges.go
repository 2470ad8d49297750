package survey

import (
	"context"
	"iter"
	"net/netip"
	"sync"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/inputs"
	"rdnsproxy/resolve"
)

// expander returns what replaces ranges by their addresses: small ones one by one, large
// ones of IPv6 by a walk through the reverse tree.
func (o *Options) expander(w console.World, v *console.Voice) inputs.Expander {
	resolver := sync.OnceValues(func() (*resolve.Resolver, error) {
		r, _, err := o.Resolver(w)
		if err != nil {
			return nil, err
		}
		return r.Within(o.CheckTimeout), nil
	})
	return inputs.Expander{
		Walk: func(ctx context.Context, first, last netip.Addr) iter.Seq2[netip.Addr, error] {
			return func(yield func(netip.Addr, error) bool) {
				r, err := resolver()
				if err != nil {
					yield(netip.Addr{}, err)
					return
				}
				r.Walk(ctx, first, last)(yield)
			}
		},
		Ranged: func(text string) {
			if !o.DNSOnly && !o.ConnectAll {
				v.NoticeWithHint(console.Quoted(text)+" is a range: only DNS is asked about its addresses",
					"--connect connects to them too")
			}
		},
	}
}
