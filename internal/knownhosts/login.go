package knownhosts

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// Login is what ssh decides by when it logs in to one server at one address. It reads the
// lines about the host once. It is safe for concurrent use as long as it does not change,
// and must not be copied.
type Login struct {
	Known *File // if nil, nothing is known
	Rules Rules
	Host  Host
	Addr  netip.Addr // that ssh connects to; the zero Addr if unknown, as behind a ProxyCommand

	Now func() time.Time // for the validity of certificates; if nil, time.Now

	reading sync.Once
	about   map[string][]*Line // by name: the host's key and its plain name
	unread  []string           // errors of files of Known that could not be read to the end

	ordering sync.Once
	order    order
}

// order is the result of Algorithms.
type order struct {
	algorithms []string
	output     output // of KnownHostsCommand
}

// Algorithms returns the host key algorithms that ssh would send in its KEXINIT, in order
// (OpenSSH's ssh_kex2). The first one that the server supports decides which key it
// presents. Algorithms runs KnownHostsCommand, once.
func (l *Login) Algorithms(ctx context.Context) []string {
	l.ordering.Do(func() { l.order = l.findOrder(ctx) })
	return slices.Clone(l.order.algorithms)
}

func (l *Login) findOrder(ctx context.Context) order {
	preferred := l.Rules.HostKeys
	if preferred == nil {
		preferred = DefaultAlgorithms()
	}
	if l.Rules.KeepOrder && !l.Rules.OrderUnsure {
		return order{algorithms: preferred}
	}
	about, out := l.Rules.Command.forOrder(ctx, l.Host, l.Rules.Release)
	ordered := byKnown(append(slices.Clip(l.lines(l.Host.key())), about...), preferred)
	if l.Rules.OrderUnsure && !slices.Equal(ordered, preferred) {
		const why = "which algorithms ssh prefers is unknown: HostKeyAlgorithms is set in more than one way"
		out.doubt = cmp.Or(out.doubt, Doubt{why, true})
	}
	if l.Rules.KeepOrder {
		ordered = preferred
	}
	return order{ordered, out}
}

// Knows reports whether ssh knows the host, as File.Knows does, or from what
// KnownHostsCommand has printed for Algorithms.
func (l *Login) Knows(ctx context.Context) bool {
	l.Algorithms(ctx)
	printed := File{Lines: l.order.output.lines}
	return l.Known != nil && l.Known.Knows(l.Host) || printed.Knows(l.Host)
}

// Unsure returns why ssh may know the host although Knows is false: a file that could not be
// read to its end, a KnownHostsCommand that could not be evaluated or has failed. It is ""
// if there is no doubt.
func (l *Login) Unsure(ctx context.Context) string {
	l.Algorithms(ctx)
	l.lines(l.Host.key())
	switch out := l.order.output; {
	case len(l.unread) > 0:
		return l.unread[0]
	case out.fatal != nil:
		return out.fatal.Error()
	case out.doubt.Open:
		return out.doubt.Text
	}
	return ""
}

// Judge returns what ssh would say about a key that the server has presented (OpenSSH's
// verify_host_key), without SSHFP records: if VerifyHostKeyDNS is yes, a validated record
// that matches comes before every Verdict that is not Final. Judge may run
// KnownHostsCommand.
func (l *Login) Judge(ctx context.Context, key ssh.PublicKey) Verdict {
	v := l.judge(ctx, key)
	if l.Rules.Release == (Release{}) && l.Rules.Command == nil {
		older := Login{Known: l.Known, Rules: l.Rules, Host: l.Host, Addr: l.Addr, Now: l.Now}
		older.Rules.Release = common
		if status := older.judge(ctx, key).Status; status != v.Status {
			const why = "the version of ssh is unknown; the newest is assumed, to an older one the key is "
			v.doubt(Doubt{why + string(status), true})
		}
	}
	return v
}

// common is a release that judges as most of today's do, where the newest differs.
var common = Release{9, 2}

func (l *Login) judge(ctx context.Context, key ssh.PublicKey) Verdict {
	v, decided := l.beforehand(key)
	switch {
	case decided:
	case l.order.output.fatal != nil: // ssh ends before the server presents a key
		v = l.keyCheck(output{}).verdict(key)
		v.Refused, v.Final = l.order.output.fatal, true
	case l.trustsAll():
		v = Verdict{Status: StatusUnknown, Unchecked: true}
	default:
		v = l.consult(ctx, key)
	}
	v.doubt(l.order.output.doubt)
	if a := l.Addr.Unmap(); l.Rules.CheckAddress && a.IsValid() && !a.IsLoopback() && a.String() != lower(l.Host.Name) {
		v.doubt(Doubt{"CheckHostIP is yes: whether another key is known for " + a.String() + " was not checked", false})
	}
	for _, setting := range l.Rules.Unread {
		v.doubt(Doubt{setting + " is set, and only ssh can evaluate it", true})
	}
	for _, file := range l.unread {
		v.doubt(Doubt{file, true})
	}
	return v
}

// doubt adds a Doubt, once.
func (v *Verdict) doubt(d Doubt) {
	if d.Text != "" && !slices.Contains(v.Doubts, d) {
		v.Doubts = append(v.Doubts, d)
	}
}

// defaultRSABits is ssh's RequiredRSASize.
const defaultRSABits = 1024

// beforehand checks what ssh checks before SSHFP records and known_hosts: the length of an
// RSA key, and RevokedHostKeys.
func (l *Login) beforehand(key ssh.PublicKey) (v Verdict, decided bool) {
	required := l.Rules.RSABits
	if required == 0 {
		required = defaultRSABits
	}
	if bits, isRSA := rsaBits(plainKey(key)); isRSA && bits < required {
		v = l.keyCheck(output{}).verdict(key)
		v.Refused = fmt.Errorf("an RSA key of %d bits is too short: RequiredRSASize is %d", bits, required)
		v.Final = true
		return v, true
	}
	for _, file := range l.Rules.Revoked {
		found, err := file.revokes(key, l.Rules.Release)
		switch {
		case err != nil:
			v = l.keyCheck(output{}).verdict(key)
			v.Refused, v.Final = fmt.Errorf("RevokedHostKeys %s: %w", file, err), true
			return v, true
		case found:
			return Verdict{Status: StatusRevoked, Source: file.String(), Final: true}, true
		}
	}
	return v, false
}

// trustsAll reports whether ssh accepts any key (beginning of OpenSSH's check_host_key).
func (l *Login) trustsAll() bool {
	a := l.Addr.Unmap()
	return l.Rules.TrustLoopback && l.Host.Alias == "" && a.IsValid() && a.IsLoopback()
}

// consult looks into known_hosts and runs KnownHostsCommand.
func (l *Login) consult(ctx context.Context, key ssh.PublicKey) Verdict {
	out := l.Rules.Command.forKey(ctx, l.Host, key)
	v := l.keyCheck(out).verdict(key)
	if out.fatal != nil {
		v.Refused = out.fatal
	}
	v.doubt(out.doubt)
	return v
}

func (l *Login) keyCheck(out output) keyCheck {
	now := time.Now
	if l.Now != nil {
		now = l.Now
	}
	return keyCheck{Login: l, output: out, now: now()}
}

// lines returns the lines of known_hosts about one of the host's names, in ssh's order.
func (l *Login) lines(name string) []*Line {
	l.reading.Do(func() {
		if l.Known == nil {
			return
		}
		var errs []error
		l.about, errs = l.Known.about(l.Rules.Release, l.Host.key(), l.Host.principal())
		for _, err := range errs {
			l.unread = append(l.unread, err.Error())
		}
	})
	return l.about[name]
}
