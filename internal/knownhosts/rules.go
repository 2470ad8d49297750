package knownhosts

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

	// OrderUnsure says that KeepOrder is a guess. Where it makes a difference, the
	// Verdict says so.
	OrderUnsure bool

	// CASignatures is CASignatureAlgorithms. If nil, ssh's default.
	CASignatures []string

	// RSABits is RequiredRSASize. If 0, 1024.
	RSABits int

	// Revoked are the files of RevokedHostKeys. If empty, none.
	Revoked []*Revocations

	// Command is KnownHostsCommand. If nil, none.
	Command *Command

	// Unread are settings that have a say as well, and that could not be read: their
	// names. The Verdict says so.
	Unread []string

	// TrustLoopback says that ssh takes any key of an address of this machine's
	// loopback: NoHostAuthenticationForLocalhost, where ssh itself connects. Behind
	// a ProxyCommand ssh knows no address, and the setting does nothing.
	TrustLoopback bool

	// CheckAddress says that ssh compares the address's own lines as well:
	// CheckHostIP, where ssh itself connects. A Verdict does not, and says so.
	CheckAddress bool
}
