package cli

import (
	"strings"
	"time"

	"rdnsproxy/resolve"

	"github.com/spf13/pflag"
)

// relayFlags are the flags of the relay.
type relayFlags struct {
	sharedFlags
	connectFlags
	policy    policy
	checkWait interval
	fdpass    bool
	accepted  bool
	logFile   string

	given func(name string) bool // on the command line or in the environment
}

func (f *relayFlags) register(fs *pflag.FlagSet) {
	f.sharedFlags.register(fs)
	f.connectFlags.register(fs)
	f.policy, f.checkWait.d = policyWarn, time.Second
	fs.Var(&f.policy, "policy", "what a bad mapping means: warn, strict (refuse) or off")
	fs.Var(&f.checkWait, "check-wait", "how long a connection that stands waits for its verdict under --policy warn")
	fs.BoolVar(&f.fdpass, "fdpass", false, "hand the connection to ssh, which has ProxyUseFdpass set")
	fs.BoolVar(&f.accepted, "accepted", false, "with --policy strict: take accepted mappings too")
	fs.StringVar(&f.logFile, "log-file", "", "append what was found to this `FILE`")
}

// operands are what ssh fills in for %h, %p and %n.
type operands struct {
	host     string
	port     uint16
	original string // as typed; may be empty
}

const relayUsage = "usage: rdnsproxy [flags] HOST PORT [ORIGINAL], in ~/.ssh/config: ProxyCommand rdnsproxy %h %p"

// parseRelay reads the relay's command line and environment.
func parseRelay(w World, args []string) (relayFlags, operands, error) {
	var f relayFlags
	fs := pflag.NewFlagSet("rdnsproxy", pflag.ContinueOnError)
	fs.Usage = func() {}
	f.register(fs)
	f.given = fs.Changed
	if err := parseFlags(fs, w, args); err != nil {
		return f, operands{}, err
	}
	if fs.ArgsLenAtDash() >= 2 {
		return f, operands{}, refuse(relayUsage, "a command after -- is not supported")
	}
	words := fs.Args()
	switch {
	case len(words) < 2:
		return f, operands{}, refuse(relayUsage, "the port is missing after host %s", quoted(strings.Join(words, " ")))
	case len(words) > 3:
		return f, operands{}, refuse(relayUsage, "too many operands: %s", quoted(strings.Join(words[3:], " ")))
	}
	op := operands{host: words[0]}
	if err := checkHost(op.host); err != nil {
		return f, op, err
	}
	if len(words) == 3 {
		op.original = words[2]
		if err := checkHost(op.original); err != nil {
			return f, op, err
		}
	}
	var err error
	op.port, err = parsePort(words[1])
	return f, op, err
}

// checkHost refuses what ssh's valid_hostname refuses on its command line (since
// 9.6, CVE-2023-51385): a HostName of the configuration never passed there.
func checkHost(host string) error {
	hint := "ssh itself refuses such names; look at HostName in ssh's configuration"
	switch {
	case host == "":
		return refuse("a host is a name or an address", "the host is empty")
	case host[0] == '-':
		return refuse(hint, "host %s starts with a hyphen", quoted(host))
	}
	if _, literal := resolve.ParseLiteral(host); strings.Contains(host, ":") && !literal {
		return refuse("an IPv6 address stands without brackets, 2001:db8::1", "host %s is no address", quoted(host))
	}
	for i := range len(host) {
		if c := host[i]; c <= ' ' || c == 0x7f || strings.IndexByte("'`\"$\\;&<>|(){}", c) >= 0 {
			return refuse(hint, "host %s holds a character that no host name has", quoted(host))
		}
	}
	return nil
}
