package knownhosts

// Rules are the settings of ssh that decide, besides known_hosts, which host key ssh asks
// for and whether it accepts it: plain values, as ssh -G prints them. The zero Rules are
// those of the newest ssh without a configuration.
type Rules struct {
	// Release is the release of ssh to follow. If zero, the newest.
	Release Release

	// HostKeys is HostKeyAlgorithms without + - ^ and wildcards, first choice
	// first. If nil, DefaultAlgorithms.
	HostKeys []string

	// KeepOrder says that ssh sends HostKeys as it is, because the setting names the list
	// itself or starts with ^. Otherwise ssh puts algorithms first that known_hosts has
	// keys for (OpenSSH's ssh_kex2).
	KeepOrder bool

	// OrderUnsure says that KeepOrder is a guess. If it makes a difference, the Verdict
	// says so.
	OrderUnsure bool

	// CASignatures is CASignatureAlgorithms. If nil, ssh's default.
	CASignatures []string

	// RSABits is RequiredRSASize. If 0, 1024.
	RSABits int

	// Revoked are the files of RevokedHostKeys. If empty, none.
	Revoked []*Revocations

	// Command is KnownHostsCommand. If nil, none.
	Command *Command

	// Unread are the names of settings that matter as well but could not be read. The
	// Verdict says so.
	Unread []string

	// TrustLoopback says that ssh accepts any key at a loopback address:
	// NoHostAuthenticationForLocalhost, if ssh itself connects. Behind a ProxyCommand ssh
	// knows no address, and the setting has no effect.
	TrustLoopback bool

	// CheckAddress says that ssh looks for the address in known_hosts as well: CheckHostIP,
	// if ssh itself connects. A Verdict does not include that, and says so.
	CheckAddress bool
}
