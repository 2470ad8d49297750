package resolve

import (
	"context"
	"strings"
	"sync/atomic"
)

// addressesFromDNS goes through the search list. It ends at the first name with
// an address, or where EndsSearch says so. A failure is reported for the name as written,
// if that was asked.
func (r *Resolver) addressesFromDNS(ctx context.Context, w want, yield func(Answer) bool) ([]*Answer, Outcomes) {
	var failed []*Answer
	for _, name := range r.stub.cfg.tries(w) {
		answers := r.candidate(ctx, name, w, yield)
		if answers == nil {
			return nil, OnSuccess
		}
		goOn := true
		for _, a := range answers {
			old := ofType(failed, a.Question.Type)
			asWritten := a.Question.Name == w.name && old != nil && a.rank() == old.rank()
			failed = keepBest(failed, a, asWritten || ctx.Err() != nil && a.Status.Temporary())
			goOn = goOn && !a.EndsSearch(w.name)
		}
		if !goOn {
			break
		}
	}
	answers := make([]*Answer, 0, len(w.types))
	for _, t := range w.types {
		if a := ofType(failed, t); a != nil {
			answers = append(answers, a)
		}
	}
	return answers, outcome(answers)
}

// EndsSearch reports whether a failure to find the addresses of host, for a name of the
// search list, ends the search. As in glibc's res_nsearch, one that says nothing about the
// name does, except SERVFAIL: one domain of the list may be dead and the next alive. After
// the name as written, glibc goes on whatever came of it. Here it does so unless nobody has
// answered, for then nobody would answer about the next either.
func (a *Answer) EndsSearch(host Name) bool {
	return !a.Status.Absent() && a.Status != ServFail && (a.Status != Refused || a.Question.Name != host)
}

// pairTries is the least number of tries for a question if the same question about
// the other family was answered. One of two datagrams sent together is easily lost,
// and glibc's send_dg then asks again, from another port, within the same attempt.
const pairTries = 3

// candidate asks for one name in all families at once. Once one has an address,
// all answers are yielded as they arrive, and nil is returned. Without an address,
// the answers are returned.
func (r *Resolver) candidate(ctx context.Context, name Name, w want, yield func(Answer) bool) []*Answer {
	types := w.types
	if len(types) == 1 {
		a := r.stub.askFor(ctx, Question{name, types[0]}, w.found)
		if a.Status != OK {
			return []*Answer{a}
		}
		yield(*a)
		return nil
	}
	if h := r.stub.held(ctx); h.find(Question{name, types[0]}) != nil && h.find(Question{name, types[1]}) != nil {
		return r.heldPair(ctx, name, w, yield)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	arrived := make(chan *Answer, len(types))
	var answered atomic.Bool
	ask := func(t Type) {
		a := r.stub.askFor(ctx, Question{name, t}, w.found)
		for range pairTries - r.stub.cfg.attempts() {
			if a.Status != Timeout || !answered.Load() || ctx.Err() != nil {
				break
			}
			r.stub.shared.forget(Question{name, t})
			a = r.stub.askFor(ctx, Question{name, t}, w.found)
		}
		if !a.Status.Temporary() {
			answered.Store(true)
		}
		arrived <- a
	}
	if r.stub.cfg.single() {
		go func() {
			for _, t := range types {
				ask(t)
			}
		}()
	} else {
		for _, t := range types {
			go ask(t)
		}
	}
	found := false
	held := make([]*Answer, 0, len(types))
	for range types {
		a := <-arrived
		found = found || a.Status == OK
		held = append(held, a)
		if !found {
			continue
		}
		for len(held) > 0 { // the last one first: it is the one with addresses
			last := len(held) - 1
			if !yield(*held[last]) {
				return nil
			}
			held = held[:last]
		}
	}
	if found {
		return nil
	}
	return held
}

// heldPair is candidate for both families where both answers are held.
func (r *Resolver) heldPair(ctx context.Context, name Name, w want, yield func(Answer) bool) []*Answer {
	first := r.stub.askFor(ctx, Question{name, w.types[0]}, w.found)
	second := r.stub.askFor(ctx, Question{name, w.types[1]}, w.found)
	if first.Status != OK && second.Status != OK {
		return []*Answer{first, second}
	}
	_ = yield(*first) && yield(*second)
	return nil
}

// candidates are the names to try in turn, as glibc's res_nsearch does: the name as
// it is comes first if it has ndots dots, else last. An absolute name stands alone,
// and so does one that must not leak: "db.onion.corp.example" would tell the servers
// of corp.example.
func (c *Config) candidates(w want) []Name {
	if w.absolute || w.name == "." || w.unleaked() {
		return []Name{w.name}
	}
	list := make([]Name, 0, 1+len(c.Search))
	// A PTR name is looked up as sshd would, which does not have the user's environment.
	if w.found && c.machine != nil {
		c = c.machine
	}
	dots := strings.Count(string(w.name), ".")
	asIsFirst := dots >= c.Ndots
	if asIsFirst {
		list = append(list, w.name)
	}
	asIs := asIsFirst
	for _, domain := range c.Search {
		switch {
		case domain != ".":
			if long := w.name + "." + domain; long.wireLen() <= 255 {
				list = append(list, long)
			}
		case !asIs:
			list, asIs = append(list, w.name), true
		}
	}
	if !asIs && (dots > 0 || len(list) == 0 || !c.NoTLD) {
		list = append(list, w.name)
	}
	return list
}
