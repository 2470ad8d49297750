package check

import (
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// ahead asks through a lane what the check of one target is going to ask, in the check's
// own order: the addresses, their PTR records, the addresses of those names, and who runs
// the zone of what is not confirmed. It decides nothing. What it has not foreseen, or was
// told nil about, the check asks itself, and what it has asked in vain does no harm.
//
// It runs on the lane's goroutine until done is set.
type ahead struct {
	checker *Checker
	ask     Ask
	ready   func() // called when done is set

	lane  *resolve.Lane
	stage stage
	left  int // answers that are not there, and one for the stage itself
	names []resolve.Name
	types []resolve.Type
	addrs []aheadAddr

	done     atomic.Bool
	held     []*resolve.Answer // what has been answered
	room     [6]*resolve.Answer
	complete bool          // nothing was answered nil
	asked    int           // questions that somebody had to be asked
	resolved time.Duration // how long the addresses took
}

// aheadAddr is one address of the target.
type aheadAddr struct {
	lookup  netip.Addr      // lookupAddr of it
	forward *resolve.Answer // that it came with, or would have; nil for a literal
	reverse *resolve.Answer // of its names; nil if not known
	took    time.Duration   // how long its names and their addresses took
}

// stage is what an ahead is waiting for.
type stage uint8

const (
	stageForward stage = iota
	stageReverse
	stageConfirm
	stageZones
)

// newAhead makes an ahead of an Ask that needs lookups alone; ready is called when its
// answers are there, which may be at once.
func newAhead(c *Checker, a Ask, ready func()) *ahead {
	h := &ahead{checker: c, ask: a, ready: ready, complete: true}
	h.held = h.room[:0]
	h.ask.Target.parse()
	return h
}

// Start asks for the target's addresses. It is resolve.Job's.
func (h *ahead) Start(l *resolve.Lane) {
	h.lane, h.left = l, 1
	if a := h.ask.Target.host.literal; a.IsValid() {
		h.stage = stageReverse
		h.addrs = append(h.addrs, aheadAddr{lookup: lookupAddr(a)})
		h.askReverse()
	} else {
		var ok bool
		if h.names, h.types, ok = h.checker.Resolver.First(h.ask.Target.Host, h.ask.Family, h.checker.Scope); !ok {
			h.unasked()
			return
		}
		h.askForward()
	}
	h.settle()
}

// question asks a question, unless it has been answered.
func (h *ahead) question(n resolve.Name, t resolve.Type) {
	if h.answer(n, t) != nil {
		return
	}
	h.left++
	h.lane.Ask(resolve.Question{Name: n, Type: t}, h)
}

// Answered takes an answer. It is resolve.Asker's.
func (h *ahead) Answered(a *resolve.Answer) {
	if a == nil {
		h.complete = false
	} else {
		if a.Took > 0 && h.answer(a.Question.Name, a.Question.Type) == nil { // else it was known
			h.asked++
		}
		h.held = append(h.held, a)
	}
	h.settle()
}

// settle goes on to the next stage when all answers of this one are there.
func (h *ahead) settle() {
	for h.left--; h.left == 0; h.left-- {
		h.left = 1
		switch h.stage {
		case stageForward:
			if h.forwardDone() {
				h.stage = stageReverse
				h.askReverse()
			}
		case stageReverse:
			h.stage = stageConfirm
			h.askConfirm()
		case stageConfirm:
			h.stage = stageZones
			h.askZones()
		default:
			h.finish()
			return
		}
	}
}

// unasked is for a lane that takes no more jobs.
func (h *ahead) unasked() {
	h.complete = false
	h.finish()
}

// finish hands over to the check.
func (h *ahead) finish() {
	h.lane = nil
	h.done.Store(true)
	h.ready()
}

// askForward asks for the addresses of the next name of the search list.
func (h *ahead) askForward() {
	for _, t := range h.types {
		h.question(h.names[0], t)
	}
}

// forwardDone takes the addresses of a name. It returns false if the next name of the
// search list has been asked about instead.
func (h *ahead) forwardDone() bool {
	goOn, all, beside, took := len(h.names) > 1, true, false, time.Duration(0)
	for _, t := range h.types {
		a := h.answer(h.names[0], t)
		if a == nil {
			all, goOn = false, false
			continue
		}
		took = max(took, a.Took)
		goOn = goOn && !a.EndsSearch(h.ask.Target.host.name)
		for _, addr := range a.Addrs {
			lookup := lookupAddr(addr)
			known := slices.ContainsFunc(h.addrs, func(x aheadAddr) bool { return x.lookup == lookup })
			if !known && h.ask.Target.wants(addr) && len(h.addrs) < limits.Addresses {
				h.addrs = append(h.addrs, aheadAddr{lookup: lookup, forward: a})
			}
		}
		beside = beside || len(a.Addrs) > 0
	}
	if all {
		h.resolved += took
	}
	if !goOn {
		if beside && len(h.addrs) == 0 { // as Inquiry.denied
			only := h.ask.Target.Address
			h.addrs = append(h.addrs, aheadAddr{lookup: lookupAddr(only), forward: h.answer(h.names[0], typeOf(only))})
		}
		return true
	}
	h.names = h.names[1:]
	h.askForward()
	return false
}

// askReverse asks for the names of the addresses.
func (h *ahead) askReverse() {
	if h.checker.ForwardOnly {
		h.addrs = nil
	}
	for i := range h.addrs {
		if a := h.addrs[i].lookup; h.checker.Resolver.AsksAbout(a, h.checker.Scope) {
			h.question(resolve.ReverseName(a), resolve.PTR)
		}
	}
}

// askConfirm asks for the addresses of the names that are looked up.
func (h *ahead) askConfirm() {
	for i := range h.addrs {
		x := &h.addrs[i]
		if x.reverse = h.answer(resolve.ReverseName(x.lookup), resolve.PTR); x.reverse == nil {
			continue
		}
		x.took = x.reverse.Took
		for _, n := range x.checked(h.ask.Target.host) {
			if x.asks(n) {
				h.question(n, typeOf(x.lookup))
			}
		}
	}
}

// askZones asks for the zones that gatherThorough looks for.
func (h *ahead) askZones() {
	for i := range h.addrs {
		x := &h.addrs[i]
		facts, known := h.facts(x)
		if known && h.checker.Policy.Thorough {
			if at, wanted := facts.keeper(x.lookup, h.checker.Policy); wanted && facts.keeperUnknown() {
				h.question(at, resolve.SOA)
			}
		}
	}
}

// facts are those of an address that gatherThorough goes by. known is false if one of
// them is not. It adds how long they took.
func (h *ahead) facts(x *aheadAddr) (facts AddressFacts, known bool) {
	if x.reverse == nil {
		return facts, false
	}
	longest := time.Duration(0)
	facts.Reverse, known = *x.reverse, true
	for _, n := range x.checked(h.ask.Target.host) {
		p := PTRFacts{Name: n}
		if x.asks(n) {
			a := h.answer(n, typeOf(x.lookup))
			if a == nil {
				known = false
				continue
			}
			p.Forward = *a
			longest = max(longest, a.Took)
		} else if lookedUp(p) {
			p.Forward = *x.forward
		}
		facts.PTRs = append(facts.PTRs, p)
	}
	x.took += longest
	return facts, known
}

// checked are the PTR names that are checked.
func (x *aheadAddr) checked(host parsedHost) []resolve.Name {
	var forward []resolve.Answer
	if x.forward != nil {
		forward = []resolve.Answer{*x.forward}
	}
	return selectNames(x.reverse.Names, askedNames(host, forward))
}

// asks reports whether the addresses of a name have to be asked for.
func (x *aheadAddr) asks(n resolve.Name) bool {
	return lookedUp(PTRFacts{Name: n}) && (x.forward == nil || !answers(x.forward, n, x.lookup))
}

// answer returns what has been answered; nil if nothing was.
func (h *ahead) answer(n resolve.Name, t resolve.Type) *resolve.Answer {
	for _, a := range h.held {
		if a.Question.Name == n && a.Question.Type == t {
			return a
		}
	}
	return nil
}

// typeOf is the type of the records that hold addresses like a.
func typeOf(a netip.Addr) resolve.Type {
	if resolve.FamilyOf(a) == resolve.IPv4 {
		return resolve.A
	}
	return resolve.AAAA
}
