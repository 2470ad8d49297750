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
	"sync/atomic"
	"time"

	"rdnsproxy/hostsfile"
)

// Resolver answers as the system would. The zero Resolver reads the system's
// configuration at its first lookup. It is safe for concurrent use. Equal questions
// share one exchange, and answers of DNS are cached for their TTL. Answers share
// memory and must not be modified.
type Resolver struct {
	Config *Config         // if nil, SystemConfig(Env)
	Env    Environment     // what the user's environment says about lookups
	Hosts  *hostsfile.File // if nil, the system's hosts file
	Wire   Exchanger       // if nil, a Mux of its own

	// Rate caps the questions a second to each server, over all lookups, the Lane, and the
	// Resolvers made of this one (Within, Asking). If 0, there is no cap until somebody calls
	// Lane; then servers on loopback are asked as fast as they answer, and others
	// limits.LaneRate questions a second. If negative, there is no cap.
	Rate int

	// Zones is asked before the servers; if nil, only they are. If Offline is set, no server
	// is asked: what Zones does not know has the status Skipped. Addresses that mean
	// something else on each machine are looked up in Zones like any other.
	Zones   Zones
	Offline bool

	// Keep is how long answers are cached at most, for who asks again because something may
	// have changed. If 0, limits.AnswerTime.
	Keep time.Duration

	Getent string // the program that asks the other modules of nsswitch.conf; if empty, getent in PATH

	// Native is asked in place of nsswitch.conf's sources, unless Config is Explicit.
	// If it and Config are nil, net.DefaultResolver on macOS and Windows, none elsewhere.
	Native *net.Resolver

	once   sync.Once
	ready  atomic.Bool // init has returned
	stub   stub
	meters *meters // shared with the Resolver that this one was made of; nil until init if there is none
	own    *Mux
	wrong  error // what of the system's configuration could not be read

	hostsOnce sync.Once
	hosts     *hostsfile.File
	hostsErr  error
	locals    sync.Map // for myhostname: this machine's addresses
	modules   sync.Map // whether a module is installed, by name
	avahi     string   // Avahi's socket; if empty, avahiSocket
	programs  programs
}

// Addresses yields the answers for a host as a person or ssh wrote it: one per
// family in f, each as it arrives, so that dialling need not wait for the slower
// one. For an address literal there is one Answer, of its own family, without names. The
// search list applies as in res_nsearch(3): the next name is tried only if neither
// family has an address for this one.
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

// Forward looks up the addresses of a name from a PTR record, in one family (IPv4 or
// IPv6), without the search list. Like libc it asks about any name, also below
// localhost, .onion and .alt.
func (r *Resolver) Forward(ctx context.Context, name Name, f Family, s Scope) Answer {
	return r.one(ctx, want{host: string(name), name: name, absolute: true, found: true, types: types(f)}, s)
}

// ForwardText is Forward for a name as written in a hosts file (Answer.Text). If the
// text cannot be a DNS name, only the hosts file is asked.
func (r *Resolver) ForwardText(ctx context.Context, text string, f Family, s Scope) Answer {
	w := want{host: text, absolute: true, found: true, types: types(f)}
	var err error
	if w.name, err = ParseName(text); err != nil {
		w.name, w.nameless = oneLabel(text), true
	}
	return r.one(ctx, w, s)
}

// SearchMatters reports whether libc may find other addresses for a name than
// Forward, because the search list comes first or is tried after the name itself was
// not found.
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

// one looks up one family. For AnyFamily, which callers should not pass, it is IPv4's
// answer unless only IPv6 has one.
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

// Reverse looks up the names of an address. IPv4-mapped addresses are unmapped, and
// a zone is dropped. Loopback, link-local and unspecified addresses are looked up in
// the hosts file alone (link-local ones by multicast DNS too, if nsswitch.conf has
// it), unless the user named the servers.
func (r *Resolver) Reverse(ctx context.Context, a netip.Addr, s Scope) Answer {
	lapse := lapseOf(ctx)
	answer := *r.reverse(ctx, a.Unmap().WithZone(""), s)
	if r.stub.held(ctx).find(answer.Question) == nil {
		answer.Took = lapse.took()
	}
	return answer
}

// Fingerprints looks up the SSHFP records of an absolute name, in DNS alone, as
// ssh does (getrrsetbyname). A name that must not leak to DNS has none.
func (r *Resolver) Fingerprints(ctx context.Context, name Name) Answer {
	r.init()
	return *r.stub.ask(ctx, Question{name, SSHFP})
}

// init reads the configuration and sets everything up, once.
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
		if r.meters == nil {
			r.meters = &meters{rate: r.Rate}
		}
		if r.own != nil {
			r.own.meters = r.meters
		}
		r.stub.configure(cfg, wire, r.meters)
		r.stub.zones, r.stub.offline = r.Zones, r.Offline
		r.stub.shared.keep = r.Keep
		if r.Native == nil && r.Config == nil && r.Zones == nil && nativeTruth {
			r.Native = net.DefaultResolver
		}
		r.ready.Store(true)
	})
}

// hostsFile gives the hosts file, nil if there is none or it cannot be read.
func (r *Resolver) hostsFile() *hostsfile.File {
	r.hostsOnce.Do(func() {
		if r.hosts = r.Hosts; r.hosts == nil {
			r.hosts, r.hostsErr = hostsfile.ParseFile(hostsfile.SystemPath())
		}
	})
	return r.hosts
}

// Err reports which files of the system's configuration exist but cannot be read or
// used. Lookups work without them, as libc's do.
func (r *Resolver) Err() error {
	r.init()
	err := r.wrong
	if r.hostsFile() == nil && !errors.Is(r.hostsErr, fs.ErrNotExist) {
		err = errors.Join(err, r.hostsErr)
	}
	return err
}

// Domain is the first domain of the search list, which some programs complete names with;
// empty if there is none, or the names stay as they are.
func (r *Resolver) Domain() string {
	r.init()
	if list := r.stub.cfg.Search; len(list) > 0 && list[0] != "." {
		return string(list[0])
	}
	return ""
}

// Close ends outstanding lookups and frees the sockets of the Resolver's own Mux.
// Calling it is optional: idle sockets close themselves.
func (r *Resolver) Close() error {
	if !r.ready.Load() || r.own == nil { // a relay to an address has no use for resolv.conf
		return nil
	}
	return r.own.Close()
}

var bothTypes = []Type{A, AAAA}

// types are the record types of a family.
func types(f Family) []Type {
	switch f {
	case IPv4:
		return bothTypes[:1]
	case IPv6:
		return bothTypes[1:]
	}
	return bothTypes
}

// literalAnswer answers for an address literal. As in getaddrinfo, an IPv4-mapped
// literal is an IPv4 address if only those are wanted.
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
