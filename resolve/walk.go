package resolve

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"

	"rdnsproxy/limits"
)

const (
	// nibbles is how many labels the reverse name of an IPv6 address has below ip6.arpa.
	nibbles = 32

	// denseFrom is the depth from which names for all addresses may be real ones: 65,536 of
	// them, as a DHCP pool has. Nobody has written more than that below one name.
	denseFrom = 28

	// walkFailures is how many branches may be unreadable before the rest is given up.
	walkFailures = 8
)

// probes are the last bytes of the addresses that are asked about before a walk: those
// that routers and name servers like to have.
var probes = []byte{1, 2, 3, 0x10, 0x53}

// Walk yields the addresses of a range of IPv6 that have PTR records, in their order. It
// goes down the reverse tree and leaves out each branch whose name does not exist: then
// nothing below it exists either (RFC 8020), and a /32 costs no more than what is in it.
//
// An error stands for what is not yielded; but for the context's it is a *WalkGap. The walk goes on after one about a branch,
// and ends after one about a server that is no help: one that says NXDOMAIN for names
// that exist through others below them, one that makes a name up for each address (only
// that branch is left out), limits.WalkQuestions. 16 questions at once are outstanding.
func (r *Resolver) Walk(ctx context.Context, first, last netip.Addr) iter.Seq2[netip.Addr, error] {
	return r.walk(ctx, first, last, limits.WalkQuestions)
}

// walk is Walk with another bound of questions.
func (r *Resolver) walk(ctx context.Context, first, last netip.Addr, most int) iter.Seq2[netip.Addr, error] {
	return func(yield func(netip.Addr, error) bool) {
		r.init()
		r.meters.expectMany()
		w := &walk{resolver: r, first: first.As16(), last: last.As16(), most: most, yield: yield}
		apex := node{addr: w.first}
		for apex.depth < nibbles && nibble(w.first, apex.depth) == nibble(w.last, apex.depth) {
			apex.depth++
		}
		for i := apex.depth; i < nibbles; i++ {
			apex.addr = withNibble(apex.addr, i, 0)
		}
		w.probe(ctx)
		switch a := w.ask(ctx, apex); {
		case a.Status == NXDomain && len(a.Chain) == 0 && len(w.known) > 0:
			w.fail(w.mistaken(apex))
		case a.Status == NXDomain && len(a.Chain) == 0:
			w.fail(&WalkGap{Reason: GapEmpty, Text: fmt.Sprintf("nothing in it has a name: %s does not exist (NXDOMAIN from %s)",
				apex.name(), a.Source)})
		default:
			w.enter(ctx, apex, a)
		}
	}
}

// node is a name of the reverse tree: the first depth nibbles of an address. The others
// are 0.
type node struct {
	addr  [16]byte
	depth int
}

// name is the node as DNS has it (RFC 3596, section 2.5).
func (n node) name() Name {
	name := make([]byte, 0, 2*nibbles+len("ip6.arpa"))
	for i := n.depth - 1; i >= 0; i-- {
		name = append(name, hexDigits[nibble(n.addr, i)], '.')
	}
	return Name(append(name, "ip6.arpa"...))
}

// String is the node as a prefix: 2001:db8::/32.
func (n node) String() string { return netip.PrefixFrom(netip.AddrFrom16(n.addr), 4*n.depth).String() }

// holds reports whether an address is below the node.
func (n node) holds(a netip.Addr) bool {
	return netip.PrefixFrom(netip.AddrFrom16(n.addr), 4*n.depth).Contains(a)
}

func nibble(a [16]byte, i int) byte { return a[i/2] >> (4 - 4*(i%2)) & 15 }

func withNibble(a [16]byte, i int, v byte) [16]byte {
	shift := 4 - 4*(i%2)
	a[i/2] = a[i/2]&^(15<<shift) | v<<shift
	return a
}

// walk is a walk through the reverse tree.
type walk struct {
	resolver    *Resolver
	first, last [16]byte
	most        int // questions
	yield       func(netip.Addr, error) bool

	known  []netip.Addr // addresses that exist, whatever is said about the nodes above them
	asked  int
	failed int // branches that could not be read
	ended  bool
}

// ask asks about a node.
func (w *walk) ask(ctx context.Context, n node) *Answer {
	w.asked++
	return w.resolver.stub.ask(ctx, Question{n.name(), PTR})
}

// askAll asks about all nodes at once.
func (w *walk) askAll(ctx context.Context, nodes []node) []*Answer {
	answers := make([]*Answer, len(nodes))
	var asking sync.WaitGroup
	for i, n := range nodes {
		asking.Go(func() { answers[i] = w.resolver.stub.ask(ctx, Question{n.name(), PTR}) })
	}
	asking.Wait()
	w.asked += len(nodes)
	return answers
}

// probe looks for addresses that exist, in order to catch a server that denies the
// nodes above them.
func (w *walk) probe(ctx context.Context) {
	nodes := make([]node, len(probes))
	for i, b := range probes {
		nodes[i] = node{w.first, nibbles}
		nodes[i].addr[15] |= b
	}
	for i, a := range w.askAll(ctx, nodes) {
		if a.Status == OK {
			w.known = append(w.known, netip.AddrFrom16(nodes[i].addr))
		}
	}
}

// enter goes on below a node, or yields its address, given the answer about it.
func (w *walk) enter(ctx context.Context, n node, a *Answer) {
	exists := a.exists()
	switch {
	case w.ended:
	case ctx.Err() != nil:
		w.fail(context.Cause(ctx))
	case !exists && a.Status == NXDomain:
		for _, k := range w.known {
			if n.holds(k) {
				w.fail(w.mistaken(n))
				return
			}
		}
	case !exists && a.Status != NoData:
		w.skip(w.unread(n, a))
		if w.failed++; w.failed == walkFailures {
			w.fail(&WalkGap{Text: fmt.Sprintf("%d branches of the reverse tree could not be read: the rest was not tried",
				w.failed)})
		}
	case n.depth == nibbles:
		if exists {
			w.ended = !w.yield(netip.AddrFrom16(n.addr), nil)
		}
	case w.asked > w.most:
		w.fail(&WalkGap{Text: fmt.Sprintf("the walk ended at %s after %d questions", n, w.asked)})
	case n.depth < denseFrom && w.madeUp(ctx, n):
		w.skip(w.invented(n))
	default:
		children := w.children(n)
		for i, a := range w.askAll(ctx, children) {
			w.enter(ctx, children[i], a)
		}
	}
}

// children are the nodes right below n that have a part in the range.
func (w *walk) children(n node) (all []node) {
	first, last := netip.AddrFrom16(w.first), netip.AddrFrom16(w.last)
	for v := range byte(16) {
		low, high := withNibble(n.addr, n.depth, v), withNibble(n.addr, n.depth, v)
		for i := n.depth + 1; i < nibbles; i++ {
			high = withNibble(high, i, 15)
		}
		if !last.Less(netip.AddrFrom16(low)) && !netip.AddrFrom16(high).Less(first) {
			all = append(all, node{low, n.depth + 1})
		}
	}
	return all
}

// madeUp reports whether addresses below n that are picked at random have names, one in
// each of its branches. Among so many, they are never names that somebody has given.
func (w *walk) madeUp(ctx context.Context, n node) bool {
	var picked [16]node
	for v := range picked {
		picked[v] = node{withNibble(n.addr, n.depth, byte(v)), nibbles}
		for i := n.depth + 1; i < nibbles; i++ {
			picked[v].addr = withNibble(picked[v].addr, i, byte(rand.IntN(16)))
		}
	}
	first := rand.IntN(16) // mostly it has no name, and the others are not asked about
	if !w.ask(ctx, picked[first]).exists() {
		return false
	}
	return !slices.ContainsFunc(w.askAll(ctx, picked[:]), func(a *Answer) bool { return !a.exists() })
}

// exists reports whether there is a record of the name that was asked about. A CNAME
// exists, whatever there is at its end (RFC 6604).
func (a *Answer) exists() bool { return a.Status == OK || len(a.Chain) > 0 }

// mistaken is the error about a server that denies a node which exists.
func (w *walk) mistaken(n node) error {
	return &WalkGap{Text: fmt.Sprintf("its reverse tree cannot be walked: the server says that %s does not exist (NXDOMAIN), "+
		"although names below it do", n.name())}
}

// skip tells what is left out.
func (w *walk) skip(err error) { w.ended = w.ended || !w.yield(netip.Addr{}, err) }

// fail tells why the walk ends.
func (w *walk) fail(err error) {
	w.skip(err)
	w.ended = true
}
