package survey

import (
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"
)

// Options say what a survey does and how it reports. Start from Defaults.
type Options struct {
	target.Options
	Connect target.Connect
	Sources target.Sources
	Client  Client

	Format     string // a name of report.Formats
	Output     string // the file that the report goes to, whole or not at all; if empty, stdout
	Color      console.ColorMode
	FailOn     check.Severity   // from which severity on a survey fails; NeverFail: from none
	Jobs       int              // how many targets at once
	Wait       time.Duration    // ask again until the targets pass, for so long at most
	SSHDConfig string           // this machine's, for UseDNS; "none" reads nothing
	Compare    []resolve.Server // a DNS server to ask too, and to say where it differs

	Scope         resolve.Scope // which sources a name is looked up in
	DNSOnly       bool          // connect to nothing
	ExpectKeys    []string      // fingerprints of keys that are right
	AllKeys       bool          // fetch the host keys of the other types too
	ShowAccepted  bool          // say beside the findings what of them the user has accepted
	AcceptedPass  bool          // accepted mappings pass
	TargetTimeout time.Duration

	Brief       bool // people want what was found, not what it rests on; not with Verbose
	TargetWidth int  // columns of the longest target, for a report in columns; Run finds it out; if 0, it is not known

	Empty string // what to say where there is nothing to look at, which is fine then

	PrintConfig     bool // print what was taken from ssh's configuration, and look nothing up
	PrintKnownHosts bool // print lines for known_hosts, and no report
}

// NeverFail is the FailOn that nothing reaches.
const NeverFail = check.Error + 1

// Defaults is what a survey does if nobody says anything else.
func Defaults() Options {
	return Options{
		Options:       target.Options{CheckTimeout: 5 * time.Second},
		Format:        "text",
		Color:         console.ColorAuto,
		FailOn:        check.Warning,
		Jobs:          limits.Jobs,
		SSHDConfig:    sshconf.ServerConfig,
		TargetTimeout: limits.TargetTime,
	}
}
