package resolve

import (
	"context"
	"strings"
)

// want is a forward look-up on its way through the sources.
type want struct {
	host     string // as written: what the sources but DNS are asked for
	name     Name
	absolute bool   // the search list does not apply
	found    bool   // the name stands in a PTR record: libc asks about it whatever it is
	nameless bool   // no name can be so: DNS is not asked
	types    []Type // A, AAAA or both
}

// unleaked reports whether the name is one that no server is asked about
// (special.go).
func (w want) unleaked() bool { return !w.found && (w.name.localhost() || w.name.hidden()) }

// forward asks the sources in nsswitch's order. The first that has an address,
// in whichever family, ends the look-up; a source that has none ends it where
// nsswitch says so. The answers of a failed look-up are the most telling ones.
func (r *Resolver) forward(ctx context.Context, w want, s Scope, yield func(Answer) bool) {
	r.init()
	if w.refusedByDigits() && r.Native == nil {
		yield(Answer{Question: Question{w.name, A}, Status: NotFound, Source: Source{Kind: KindBuiltin}})
		return
	}
	var failed []*Answer
	askedDNS := false
	services := r.order(s)
	for i, service := range services {
		last := i == len(services)-1
		if r.isDNS(service.Module) {
			if askedDNS {
				continue
			}
			askedDNS = true
		}
		tell := yield
		if !last && service.Stop&OnSuccess == 0 {
			tell = func(Answer) bool { return true } // libc drops what it then goes on from
		}
		answers, outcome := r.addressesFrom(ctx, service.Module, w, tell)
		if !last && service.Merge&outcome != 0 {
			failed = nil
			break
		}
		if outcome == OnSuccess && (last || service.Stop&OnSuccess != 0) {
			for _, a := range answers {
				if !yield(*a) {
					return
				}
			}
			return
		}
		if outcome != OnSuccess {
			for _, a := range answers {
				failed = keepBest(failed, a, ctx.Err() != nil && a.Status.Temporary())
			}
		}
		if service.Stop&outcome != 0 {
			break
		}
	}
	for _, t := range w.types {
		a := ofType(failed, t)
		if a == nil || w.unleaked() {
			a = r.stub.cfg.unasked(Question{w.name, t})
		}
		if !yield(*a) {
			return
		}
	}
}

// refusedByDigits reports whether libc looks nothing up because a host is digits
// and dots, but no address: it does so where IPv4 alone is wanted
// (__nss_hostname_digits_dots).
func (w want) refusedByDigits() bool {
	return len(w.types) == 1 && w.types[0] == A && w.host != "" && digit(w.host[0]) &&
		strings.Trim(w.host, "0123456789.") == "" && !strings.HasSuffix(w.host, ".")
}

// order is the sources of a look-up. Where the system's own API is the truth,
// it comes after the hosts file, which it reads as well: so a line is known.
func (r *Resolver) order(s Scope) []Service {
	services := r.stub.cfg.services()
	if r.Native != nil && !r.stub.cfg.Explicit {
		services = nativeServices
	} else if s == DNSOnly {
		services = defaultServices
	}
	if s == DNSOnly {
		return services[1:] // without files
	}
	return services
}

// isDNS reports whether a source is a question to the servers of resolv.conf.
// Where these are systemd-resolved's stub, its module is one: with TTL and reason
// kept, and "dns" after it would only ask the same again.
func (r *Resolver) isDNS(module string) bool {
	return module == "dns" || module == "resolve" && r.stub.cfg.stub()
}

// addressesFrom asks one source. What DNS finds it yields itself, as it
// arrives; the answers of the others, and of failures, are returned.
func (r *Resolver) addressesFrom(ctx context.Context, module string, w want, yield func(Answer) bool) ([]*Answer, Outcomes) {
	switch {
	case module == "files":
		return r.addressesFromFile(w)
	case module == nativeModule:
		return r.addressesFromSystem(ctx, w)
	case w.nameless:
		return nil, OnNotFound
	case r.isDNS(module):
		return r.addressesFromDNS(ctx, w, yield)
	case w.unleaked():
		return nil, OnUnavail
	}
	return r.addressesFromModule(ctx, module, w)
}

// impossible answers for a host that no name can be: a label is empty or too
// long.
func impossible(w want, yield func(Answer) bool) {
	for _, t := range w.types {
		if !yield(Answer{Question: Question{w.name, t}, Status: NXDomain, Source: Source{Kind: KindBuiltin}}) {
			return
		}
	}
}

// outcome is how nsswitch counts the failed answers of DNS. glibc's dns module
// takes silence, SERVFAIL and REFUSED for "unavailable", unless a server has said
// of one family that it has no address.
func outcome(answers []*Answer) Outcomes {
	for _, a := range answers {
		if a.Status.Absent() || a.Status == Loop {
			return OnNotFound
		}
	}
	return OnUnavail
}

// rank orders answers by how much they say, where sources or names of a
// search list differ: a failure that hides the answer before a certain absence,
// and of those what DNS says before what others do not know.
func (a *Answer) rank() int {
	switch a.Status {
	case OK:
		return 6
	case ServFail, Refused, Timeout, Invalid, Loop:
		return 5
	case NoData:
		return 4
	case NXDomain:
		return 3
	case Skipped: // a source that is not there: had it known the name?
		return 2
	}
	if a.Source.Kind != KindHosts { // no wonder that a hosts file does not know it
		return 1
	}
	return 0
}

// keepBest keeps the more telling answer of a family, of equals the first;
// or a, where it is preferred: a look-up whose time was ended must not look like
// one that went to its end.
func keepBest(best []*Answer, a *Answer, preferred bool) []*Answer {
	for i, old := range best {
		if old.Question.Type == a.Question.Type {
			if preferred || a.rank() > old.rank() {
				best[i] = a
			}
			return best
		}
	}
	return append(best, a)
}

// ofType is the answer about one family; nil: there is none.
func ofType(answers []*Answer, t Type) *Answer {
	for _, a := range answers {
		if a.Question.Type == t {
			return a
		}
	}
	return nil
}
