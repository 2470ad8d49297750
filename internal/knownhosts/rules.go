package knownhosts

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
)

// Rules are the settings of ssh that decide, beside known_hosts, which host key
// ssh asks for and whether it takes it: plain values, as ssh -G prints them. The
// zero Rules are those of the newest ssh without a configuration.
type Rules struct {
	// Release is the ssh whose verdict is given. If zero, the newest.
	Release Release

	// HostKeys is HostKeyAlgorithms without + - ^ and wildcards, first choice
	// first. If nil, DefaultAlgorithms.
	HostKeys []string

	// KeepOrder says that ssh sends HostKeys as it stands: where the setting
	// names the list itself or starts with ^. Otherwise ssh puts first what
	// known_hosts has keys for (OpenSSH's ssh_kex2).
	KeepOrder bool

	// CASignatures is CASignatureAlgorithms. If nil, ssh's default.
	CASignatures []string

	// RSABits is RequiredRSASize. If 0, 1024.
	RSABits int

	// RevokedFiles are the files of RevokedHostKeys, tokens and ~ expanded. If
	// empty, none.
	RevokedFiles []string

	// Command is KnownHostsCommand. If nil, none.
	Command *Command

	// TrustLoopback says that ssh takes any key of an address of this machine's
	// loopback: NoHostAuthenticationForLocalhost, where ssh itself connects. Behind
	// a ProxyCommand ssh knows no address, and the setting does nothing.
	TrustLoopback bool
}

// Command is KnownHostsCommand: a program that prints lines for known_hosts.
type Command struct {
	Line string // as ssh -G prints it, tokens and all

	// Tokens are what stands for %C, %L and so on, by letter; those that change
	// from call to call (%H %I %f %K %t) need not be there.
	Tokens map[byte]string

	// Timeout ends a run. If 0, 10 s.
	Timeout time.Duration
}

// Login is what ssh would decide with as it logs in to one server at one
// address. It is safe for many goroutines as long as nobody changes it.
type Login struct {
	Known *File // if nil, nothing is known
	Rules Rules
	Host  Host
	Addr  netip.Addr // connected to; if not valid, unknown, as behind a ProxyCommand

	Now func() time.Time // when certificates are looked at; if nil, time.Now
}

// Algorithms are the host key algorithms that ssh would send in its KEXINIT,
// in order (OpenSSH's ssh_kex2). The first one that the server has as well is
// the one that its key is shown by.
func (l *Login) Algorithms(_ context.Context) []string {
	preferred := l.Rules.HostKeys
	if preferred == nil {
		preferred = DefaultAlgorithms()
	}
	if l.Rules.KeepOrder {
		return slices.Clone(preferred)
	}
	return l.file().Algorithms(l.Host, preferred)
}

// Judge says what ssh would say about a key that the server showed (OpenSSH's
// verify_host_key), but for SSHFP records: where VerifyHostKeyDNS is yes, a
// validated record that matches comes before every Verdict that is not Final.
func (l *Login) Judge(_ context.Context, key ssh.PublicKey) Verdict {
	return l.file().Judge(l.Host, key)
}

func (l *Login) file() *File {
	f := File{}
	if l.Known != nil {
		f = *l.Known
	}
	f.Release = l.Rules.Release
	if l.Now != nil {
		f.Now = l.Now
	}
	return &f
}
