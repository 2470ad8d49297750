package survey

import (
	"context"
	"iter"
	"net/netip"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/inputs"
)

// expander returns what replaces ranges by their addresses: small ones one by one, large
// ones of IPv6 by a walk through the reverse tree.
func (o *Options) expander(v *console.Voice, open lookups) inputs.Expander {
	return inputs.Expander{
		Walk: func(ctx context.Context, first, last netip.Addr) iter.Seq2[netip.Addr, error] {
			return func(yield func(netip.Addr, error) bool) {
				found, err := open()
				if err != nil {
					yield(netip.Addr{}, err)
					return
				}
				found.within.Walk(ctx, first, last)(yield)
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
