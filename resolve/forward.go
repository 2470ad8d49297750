package resolve

import (
	"context"
	"strings"
)

// want is a forward lookup.
type want struct {
	host     string // as written, which sources other than DNS are asked for
	name     Name
	absolute bool   // the search list does not apply
	found    bool   // the name is from a PTR record: libc asks about any such name
	nameless bool   // the host cannot be a DNS name: DNS is not asked
	types    []Type // A, AAAA or both
}

// unleaked reports whether the name must not leak to DNS servers (special.go).
func (w want) unleaked() bool { return !w.found && (w.name.localhost() || w.name.hidden()) }

// forward asks the sources in nsswitch's order. The first source with an address,
// in either family, ends the lookup; one without ends it where nsswitch says so. If
// all fail, the answer of the highest rank is yielded for each family.
func (r *Resolver) forward(ctx context.Context, w want, s Scope, yield func(Answer) bool) {
	r.init()
	if w.refusedByDigits() && r.Native == nil {
		yield(Answer{Question: Question{w.name, A}, Status: NotFound, Source: Source{Kind: KindBuiltin}})
		return
	}
	var failed []*Answer
	askedDNS, unknown := false, false
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
			tell = func(Answer) bool { return true } // libc continues, and drops this answer
		}
		answers, outcome := r.addressesFrom(ctx, service.Module, w, tell)
		if r.cutOff(outcome) {
			for _, t := range w.types {
				if !yield(*cutOffAnswer(Question{w.name, t}, service.Module)) {
					return
				}
			}
			return
		}
		unknown = unknown || service.Module == "files" && outcome == OnNotFound
		if !last && service.Merge&outcome != 0 {
			failed, unknown = nil, false
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
		if a == nil && unknown {
			a = r.hostsNothing(Question{w.name, t})
		}
		if a == nil || w.unleaked() {
			a = r.stub.cfg.unasked(Question{w.name, t})
		}
		if !yield(*a) {
			return
		}
	}
}

// refusedByDigits reports whether libc looks nothing up because the host consists of
// digits and dots but is not an address. It does so if only IPv4 is wanted
// (__nss_hostname_digits_dots).
func (w want) refusedByDigits() bool {
	return len(w.types) == 1 && w.types[0] == A && w.host != "" && digit(w.host[0]) &&
		strings.Trim(w.host, "0123456789.") == "" && !strings.HasSuffix(w.host, ".")
}

// order is the sources of a lookup, in order. The system's own API reads the hosts
// file too, but the file is asked first, so that the line is known.
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

// isDNS reports whether a source asks the servers of resolv.conf. If these are
// systemd-resolved's stub listener, so does its module. Asked directly, it returns
// TTL and rcode, and "dns" after it would only ask the same again.
func (r *Resolver) isDNS(module string) bool {
	return module == "dns" || module == "resolve" && r.stub.cfg.stub()
}

// addressesFrom asks one source. Addresses from DNS are yielded as they arrive;
// failures and the answers of other sources are returned.
func (r *Resolver) addressesFrom(
	ctx context.Context, module string, w want, yield func(Answer) bool,
) ([]*Answer, Outcomes) {
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

// impossible answers for a host that cannot be a name: a label is empty or too
// long.
func impossible(w want, yield func(Answer) bool) {
	for _, t := range w.types {
		if !yield(Answer{Question: Question{w.name, t}, Status: NXDomain, Source: Source{Kind: KindBuiltin}}) {
			return
		}
	}
}

// outcome is how nsswitch counts failed answers of DNS. glibc's dns module reports
// silence, SERVFAIL and REFUSED as "unavailable", unless a server has said that one
// family has no address.
func outcome(answers []*Answer) Outcomes {
	for _, a := range answers {
		if a.Status.Absent() || a.Status == Loop {
			return OnNotFound
		}
	}
	return OnUnavail
}

// rank orders the answers of several sources or names of the search list by how much
// they say: a failure, which may hide an answer, above a certain absence, and what
// DNS says above what other sources do not know.
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
	case Skipped: // the source is not there, and might have known the name
		return 2
	}
	if a.Source.Kind != KindHosts { // that a hosts file does not know a name says least
		return 1
	}
	return 0
}

// keepBest replaces the answer of a's family if a has a higher rank or is preferred.
// An answer that was cut short is preferred: a lookup whose context has ended must
// not look complete.
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

// ofType is the answer of a type, nil if there is none.
func ofType(answers []*Answer, t Type) *Answer {
	for _, a := range answers {
		if a.Question.Type == t {
			return a
		}
	}
	return nil
}
