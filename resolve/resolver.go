package resolve

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"rdnsproxy/hostsfile"
)

// Resolver answers as the system would. A zero Resolver reads the system's own
// configuration at its first look-up. It is safe for many goroutines; equal
// questions that are outstanding share one flight, and answers of DNS are kept
// for their TTL. Answers share memory: nobody may change what they hold.
type Resolver struct {
	Config *Config         // if nil, SystemConfig(Env)
	Env    Environment     // the user's, as far as it is about look-ups
	Hosts  *hostsfile.File // if nil, the system's hosts file
	Wire   Exchanger       // if nil, a Mux of its own

	Getent string        // the program that speaks for the other modules of nsswitch.conf; if empty, getent of PATH
	Native *net.Resolver // asked in place of nsswitch.conf's sources, unless Config is Explicit; if nil, net.DefaultResolver on macOS and Windows, none elsewhere

	once  sync.Once
	stub  stub
	own   *Mux
	wrong error // what of the system's configuration could not be read

	hostsOnce sync.Once
	hosts     *hostsfile.File
	hostsErr  error
	locals    sync.Map // of myhostname: which addresses are this machine's
	modules   sync.Map // which modules are installed, by name
	avahi     string   // Avahi's socket; if empty, avahiSocket
}

// Addresses yields the answers for a host as a person or ssh wrote it, one a
// family that was asked for, each as it arrives, so that dialling need not wait
// for the slower. An address literal gives one Answer, of its own family,
// without names. The search list applies as in res_nsearch(3); it goes on to
// the next name only when neither family has an address under this one.
func (r *Resolver) Addresses(ctx context.Context, host string, f Family, s Scope) iter.Seq[Answer] {
	return func(yield func(Answer) bool) {
		if a, ok := ParseLiteral(host); ok {
			yield(literalAnswer(a, f))
			return
		}
		w := want{host: host, absolute: strings.HasSuffix(host, "."), types: types(f)}
		var err error
		if w.name, err = ParseName(host); err != nil || host == "" {
			impossible(w, yield)
			return
		}
		r.forward(ctx, w, s, yield)
	}
}

// Forward looks up the addresses of a name that a PTR record gave, in one family
// (IPv4 or IPv6), without the search list. Like libc it asks about any name:
// those below localhost, .onion and .alt too.
func (r *Resolver) Forward(ctx context.Context, name Name, f Family, s Scope) Answer {
	return r.one(ctx, want{host: string(name), name: name, absolute: true, found: true, types: types(f)}, s)
}

// ForwardText is Forward for a name as a hosts file writes it (Answer.Text), also
// one that DNS cannot hold: then the hosts file alone can know it.
func (r *Resolver) ForwardText(ctx context.Context, text string, f Family, s Scope) Answer {
	w := want{host: text, absolute: true, found: true, types: types(f)}
	var err error
	if w.name, err = ParseName(text); err != nil {
		w.name, w.nameless = oneLabel(text), true
	}
	return r.one(ctx, w, s)
}

// SearchMatters reports whether libc may find something else under a name than
// Forward, since the search list comes first, or is gone through after the name
// itself was not found.
func (r *Resolver) SearchMatters(name Name, found Status) bool {
	r.init()
	list := r.stub.cfg.candidates(want{name: name, found: true})
	if r.Native != nil && !r.stub.cfg.Explicit || len(list) < 2 {
		return false
	}
	return list[0] != name || found.Absent() || found == ServFail
}

// Search is Forward as libc's getaddrinfo does it: with the search list.
func (r *Resolver) Search(ctx context.Context, name Name, f Family, s Scope) Answer {
	return r.one(ctx, want{host: string(name), name: name, found: true, types: types(f)}, s)
}

// one looks up one family. With AnyFamily, of which there ought to be none here,
// it is IPv4's answer unless only IPv6 has one.
func (r *Resolver) one(ctx context.Context, w want, s Scope) Answer {
	var first Answer
	r.forward(ctx, w, s, func(a Answer) bool {
		if first.Question.Type == 0 || first.Status != OK {
			first = a
		}
		return true
	})
	return first
}

// Reverse looks up the names of an address. IPv4-mapped addresses are unmapped,
// a zone is dropped. Loopback, link-local and unspecified addresses are asked
// about in the hosts file alone (link-local ones with multicast DNS too, where
// nsswitch has it), unless the user named the servers.
func (r *Resolver) Reverse(ctx context.Context, a netip.Addr, s Scope) Answer {
	start := time.Now()
	answer := *r.reverse(ctx, a.Unmap().WithZone(""), s)
	answer.Took = time.Since(start)
	return answer
}

// Fingerprints looks up the SSHFP records of an absolute name, in DNS alone, as
// ssh does (getrrsetbyname). A name that DNS is not asked about has none.
func (r *Resolver) Fingerprints(ctx context.Context, name Name) Answer {
	r.init()
	return *r.stub.ask(ctx, Question{name, SSHFP})
}

// init reads the configuration and makes the rest of what is needed, once.
func (r *Resolver) init() {
	r.once.Do(func() {
		cfg := r.Config
		if cfg == nil {
			cfg, r.wrong = SystemConfig(r.Env)
		}
		wire := r.Wire
		if wire == nil {
			r.own = cfg.mux()
			wire = r.own
		}
		r.stub.configure(cfg, wire)
		if r.Native == nil && nativeTruth {
			r.Native = net.DefaultResolver
		}
	})
}

// hostsFile gives the hosts file; nil: there is none, or it cannot be read.
func (r *Resolver) hostsFile() *hostsfile.File {
	r.hostsOnce.Do(func() {
		if r.hosts = r.Hosts; r.hosts == nil {
			r.hosts, r.hostsErr = hostsfile.ParseFile(hostsfile.SystemPath())
		}
	})
	return r.hosts
}

// Within gives a Resolver that asks as r does, with attempts so short that all
// of them, at every server, fit into a time: who limits a lookup must not give
// it up while the next server would have answered. Its Err is r's. It keeps answers
// of its own, and has to be closed of its own where r has.
func (r *Resolver) Within(d time.Duration) *Resolver {
	r.init()
	cfg := *r.stub.cfg
	each := d / time.Duration(max(1, len(cfg.servers())*cfg.attempts()))
	cfg.Timeout = max(min(cfg.timeout(), each), shortestAttempt)
	w := &Resolver{Config: &cfg, Wire: r.Wire, Getent: r.Getent, Native: r.Native, wrong: r.wrong, avahi: r.avahi}
	w.hostsOnce.Do(func() { w.hosts, w.hostsErr = r.hostsFile(), r.hostsErr })
	return w
}

// shortestAttempt is what an answer from far away takes, and a little.
const shortestAttempt = 500 * time.Millisecond

// Err says what of the system's configuration cannot be read, though it is
// there. Look-ups go on without it, as libc's do.
func (r *Resolver) Err() error {
	r.init()
	err := r.wrong
	if r.hostsFile() == nil && !errors.Is(r.hostsErr, fs.ErrNotExist) {
		err = errors.Join(err, r.hostsErr)
	}
	return err
}

// Close ends the look-ups that are under way and frees the sockets of the
// Resolver's own Mux. It need not be called: what is idle frees itself.
func (r *Resolver) Close() error {
	r.init()
	if r.own != nil {
		return r.own.Close()
	}
	return nil
}

var bothTypes = []Type{A, AAAA}

// types are the questions that a family stands for.
func types(f Family) []Type {
	switch f {
	case IPv4:
		return bothTypes[:1]
	case IPv6:
		return bothTypes[1:]
	}
	return bothTypes
}

// literalAnswer is the answer of no source. As in getaddrinfo, an IPv4-mapped
// literal is an IPv4 address to who wants those alone.
func literalAnswer(a netip.Addr, f Family) Answer {
	if f == IPv4 {
		a = a.Unmap()
	}
	t := AAAA
	if a.Is4() {
		t = A
	}
	answer := Answer{Question: Question{Type: t}, Source: Source{Kind: KindLiteral}}
	if f == AnyFamily || types(f)[0] == t {
		answer.Status, answer.Addrs = OK, []netip.Addr{a}
	} else {
		answer.Status = NoData
	}
	return answer
}
