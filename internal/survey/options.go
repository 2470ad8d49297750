package survey

import (
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/target"
	"rdnsproxy/internal/zones"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"
)

// Options configure a Survey and its report. A program that reports starts from
// Defaults; for one that takes the results, zero Options are fine.
type Options struct {
	target.Options
	Connect target.Connect
	Sources target.Sources
	Zones   Zones
	Client  Client

	Format     string // a name of report.Formats
	Output     string // the file that the report goes to, whole or not at all; if empty, stdout
	Color      console.ColorMode
	FailOn     check.Severity   // the lowest severity that makes the exit status 1; NeverFail: none
	Jobs       int              // how many targets to check at once
	Wait       time.Duration    // retry until the targets pass, for at most this long
	SSHDConfig string           // this machine's, for UseDNS; "none" reads nothing
	Compare    []resolve.Server // also ask these DNS servers and report differences

	Scope         resolve.Scope // which sources a name is looked up in
	DNSOnly       bool          // do not connect
	ConnectAll    bool          // connect to the addresses of ranges too, for which otherwise only DNS is asked
	ExpectKeys    []string      // fingerprints of the only host keys to accept
	AllKeys       bool          // also fetch the host keys of the other types
	ShowAccepted  bool          // add findings about the mappings that the user has accepted
	AcceptedPass  bool          // accepted mappings pass
	TargetTimeout time.Duration // for all the work on a target; 0: no limit

	Brief       bool // in text, print findings without the facts behind them; Verbose overrides it
	TargetWidth int  // columns of the longest target, for a report in columns; if 0, Run finds it out

	Unordered   bool // report each target as soon as it is done
	StrictInput bool // stop at the first line that is not a target, instead of reporting it

	Shard  string // the share of the targets to check, as shard.Parse takes it; if empty, all
	Resume string // the file of a run that may have been interrupted; its format is jsonl

	Empty string // what to print if there are no targets, which then is not an error

	PrintConfig     bool // print what was taken from ssh's configuration, and look nothing up
	PrintKnownHosts bool // print lines for known_hosts, and no report

	zones *zones.Set // what Zones names; nil: nothing
}

// NeverFail is the FailOn that nothing reaches.
const NeverFail = check.Error + 1

// Defaults returns the options of a check without any flags.
func Defaults() Options {
	return Options{
		Options:       target.Defaults(),
		Format:        report.DefaultFormat,
		Color:         console.ColorAuto,
		FailOn:        check.Warning,
		Jobs:          limits.Jobs,
		SSHDConfig:    sshconf.ServerConfig,
		TargetTimeout: limits.TargetTime,
	}
}
