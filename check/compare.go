package check

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"rdnsproxy/resolve"
)

// View is what somebody else says of the target: DNS alone, where the answer
// that is used is from elsewhere, or a second DNS server.
type View struct {
	Compare bool             // a second server; else DNS alone
	Forward []resolve.Answer // one a family
	Reverse []resolve.Answer // of a second server: of the target's addresses, in their order
}

// addViews asks the others, once the addresses are known.
func (q *Inquiry) addViews(ctx context.Context) {
	q.mu.Lock()
	elsewhere := slices.ContainsFunc(q.forward, func(a resolve.Answer) bool {
		return a.Status == resolve.OK && (a.Source.Kind == resolve.KindHosts || a.Source.Kind == resolve.KindNSS)
	})
	var addrs []netip.Addr
	for _, p := range q.order {
		addrs = append(addrs, p.lookup)
	}
	q.mu.Unlock()
	var views [2]View
	var wg sync.WaitGroup
	if elsewhere {
		wg.Go(func() {
			views[0].Forward = slices.Collect(q.resolver.Addresses(ctx, q.ask.Target.Host, q.ask.Family, resolve.DNSOnly))
		})
	}
	if c := q.checker.Compare; c != nil {
		wg.Go(func() {
			views[1] = View{Compare: true, Forward: slices.Collect(c.Addresses(ctx, q.ask.Target.Host, q.ask.Family, resolve.DNSOnly))}
			views[1].Reverse = make([]resolve.Answer, len(addrs))
			var reverse sync.WaitGroup
			for i, a := range addrs {
				reverse.Go(func() { views[1].Reverse[i] = c.Reverse(ctx, a, resolve.DNSOnly) })
			}
			reverse.Wait()
		})
	}
	wg.Wait()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, v := range views {
		if len(v.Forward) > 0 {
			q.views = append(q.views, v)
		}
	}
}

// viewFindings say where the others differ from what is used.
func viewFindings(f *judgement) []Finding {
	var fs []Finding
	for _, v := range f.Views {
		if f.literal() && !v.Compare {
			continue
		}
		if code, text := v.against(f); code != "" {
			fs = append(fs, aboutTarget(code, text))
		}
	}
	return fs
}

// against compares a view with what is used; the empty code: there is nothing to say.
func (v View) against(f *judgement) (Code, string) {
	host, mine, theirs := f.host.shown, addressSet(f.Forward), addressSet(v.Forward)
	used := usedSource(f.Forward)
	said := listAddrs(theirs)
	if len(theirs) == 0 {
		said = v.Forward[0].Status.Words()
	}
	if !v.Compare {
		switch {
		case slices.Equal(mine, theirs), !v.ofDNS(), len(f.pins()) > 0: // of lines of ours, pinFindings tell
			return "", ""
		case len(theirs) == 0:
			return HostsOnly, fmt.Sprintf("%s is known only from %s; DNS says: %s", host, used, said)
		}
		return HostsDiffer, fmt.Sprintf("%s says %s for %s, DNS says %s", used, listAddrs(mine), host, said)
	}
	server := usedSource(v.Forward)
	if i := slices.IndexFunc(slices.Concat(v.Forward, v.Reverse), func(a resolve.Answer) bool { return a.Status.Temporary() }); i >= 0 {
		failed := slices.Concat(v.Forward, v.Reverse)[i]
		return CompareDiffers, fmt.Sprintf("could not compare with %s (%s)", server, failed.Status.Words())
	}
	if !f.literal() && !slices.Equal(mine, theirs) {
		return CompareDiffers, fmt.Sprintf("%s says %s for %s, %s says %s", server, said, host, used, listAddrs(mine))
	}
	for i, a := range f.Addresses {
		if i < len(v.Reverse) && !sameNames(v.Reverse[i], a.Reverse) {
			return CompareDiffers, fmt.Sprintf("%s says for %s: %s; the answer used is: %s",
				place(sourceWord(v.Reverse[i])), show(a.Addr), namesText(v.Reverse[i]), namesText(a.Reverse))
		}
	}
	return CompareSame, server + " gives the same answer"
}

// addressSet is all the addresses of the answers, in order.
func addressSet(answers []resolve.Answer) []netip.Addr {
	var all []netip.Addr
	for _, a := range answers {
		all = append(all, unmapped(a.Addrs)...)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all)
}

func usedSource(answers []resolve.Answer) string {
	for _, a := range answers {
		if a.Status == resolve.OK {
			return place(sourceWord(a))
		}
	}
	if len(answers) > 0 {
		return place(sourceWord(answers[0]))
	}
	return ""
}

func sameNames(x, y resolve.Answer) bool {
	return slices.Equal(slices.Sorted(slices.Values(x.Names)), slices.Sorted(slices.Values(y.Names))) && x.Status == y.Status
}

func namesText(a resolve.Answer) string {
	if len(a.Names) == 0 {
		return a.Status.Words()
	}
	var names []string
	for _, n := range a.Names {
		names = append(names, displayName(n))
	}
	slices.Sort(names)
	return strings.TrimSpace(list(names))
}
