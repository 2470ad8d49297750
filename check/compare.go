package check

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"rdnsproxy/resolve"
)

// View is another answer about the target, to compare with the one that is used: that of
// DNS alone, if the answer used is from another source, or that of a second DNS server.
type View struct {
	Compare bool             // of a second server; if false, of DNS alone
	Forward []resolve.Answer // one for each family
	Reverse []resolve.Answer // for each of the target's addresses, in their order; empty for DNS alone
}

// addViews makes the lookups for the views, once the addresses are known.
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
	if !elsewhere && q.checker.Compare == nil {
		return
	}
	var views [2]View
	var wg sync.WaitGroup
	if elsewhere {
		wg.Go(func() {
			views[0].Forward = slices.Collect(q.resolver.Addresses(ctx, q.ask.Target.Host, q.ask.Family,
				resolve.DNSOnly))
		})
	}
	if c := q.checker.Compare; c != nil {
		wg.Go(func() {
			views[1] = View{Compare: true,
				Forward: slices.Collect(c.Addresses(ctx, q.ask.Target.Host, q.ask.Family, resolve.DNSOnly))}
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

// viewFindings returns the findings about where the views differ from what is used.
func viewFindings(f *judgement) []Finding {
	var fs []Finding
	for _, v := range f.Views {
		if f.literal() && !v.Compare {
			continue
		}
		if code, text := v.compare(f); code != "" {
			found := aboutTarget(code, text)
			if code == CompareDiffers {
				found = found.When(f.CompareZones, WhenZones)
			}
			fs = append(fs, found)
		}
	}
	return fs
}

// compare compares a view with what is used. The code is empty if there is nothing to say.
func (v View) compare(f *judgement) (Code, string) {
	host, mine, theirs := f.host.shown, addressSet(f.Forward), addressSet(v.Forward)
	used := usedSource(f.Forward)
	said := listAddrs(theirs)
	if len(theirs) == 0 {
		said = v.Forward[0].Status.Words()
	}
	if v.Compare {
		return v.compareServer(f)
	}
	switch {
	case slices.Equal(mine, theirs), !v.ofDNS(), len(f.pins()) > 0: // pinFindings reports lines of ours
		return "", ""
	case len(theirs) == 0:
		return HostsOnly, fmt.Sprintf("%s is known only from %s; DNS says: %s", host, used, said)
	}
	return HostsDiffer, fmt.Sprintf("%s says %s for %s, DNS says %s", used, listAddrs(mine), host, said)
}

// compareServer compares the answers of a second server with those that are used. What was
// not asked, or is not in question, is not compared.
func (v View) compareServer(f *judgement) (Code, string) {
	var mine, theirs, all []resolve.Answer
	for _, a := range f.Forward {
		i := slices.IndexFunc(v.Forward, func(b resolve.Answer) bool { return b.Question.Type == a.Question.Type })
		if i >= 0 && !f.literal() && f.inQuestion(&a) {
			mine, theirs = append(mine, a), append(theirs, v.Forward[i])
		}
	}
	all = append(all, theirs...)
	for i := range f.Addresses {
		if i < len(v.Reverse) && f.inQuestion(&f.Addresses[i].Reverse) {
			all = append(all, v.Reverse[i])
		}
	}
	if len(all) == 0 {
		return "", ""
	}
	if i := slices.IndexFunc(all, func(a resolve.Answer) bool { return a.Status.Temporary() }); i >= 0 {
		return CompareUnknown, fmt.Sprintf("could not compare with %s (%s)",
			cmp.Or(usedSource(all[i:i+1]), "the server of --compare"), all[i].Status.Words())
	}
	if x, y := addressSet(mine), addressSet(theirs); !slices.Equal(x, y) {
		return CompareDiffers, fmt.Sprintf("%s says %s for %s, %s says %s",
			usedSource(theirs), addressesText(y, theirs), f.host.shown, usedSource(mine), addressesText(x, mine))
	}
	for i, a := range f.Addresses {
		if i < len(v.Reverse) && f.inQuestion(&a.Reverse) && !sameNames(v.Reverse[i], a.Reverse) {
			return CompareDiffers, fmt.Sprintf("%s says %s for %s, %s says %s", usedSource(v.Reverse[i:i+1]),
				namesText(v.Reverse[i]), show(a.Addr), usedSource([]resolve.Answer{a.Reverse}), namesText(a.Reverse))
		}
	}
	return CompareSame, usedSource(all) + " gives the same answer"
}

// inQuestion reports whether an answer is one to compare: it was asked for, and, where
// zones are compared, it is theirs.
func (f *judgement) inQuestion(a *resolve.Answer) bool {
	return a.Status != resolve.Skipped && (!f.CompareZones || a.Source.Kind == resolve.KindZone)
}

// addressesText is what answers say: addresses, or why there are none.
func addressesText(addrs []netip.Addr, answers []resolve.Answer) string {
	if len(addrs) == 0 {
		return answers[0].Status.Words()
	}
	return listAddrs(addrs)
}

// addressSet returns the addresses in all answers, unmapped, sorted, each once.
func addressSet(answers []resolve.Answer) []netip.Addr {
	var all []netip.Addr
	for _, a := range answers {
		all = append(all, unmapped(a.Addrs)...)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all)
}

// usedSource returns the source of the first answer that has addresses, else of the first.
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
	return slices.Equal(slices.Sorted(slices.Values(x.Names)), slices.Sorted(slices.Values(y.Names))) &&
		(x.Status == y.Status || x.Status.Absent() && y.Status.Absent())
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
