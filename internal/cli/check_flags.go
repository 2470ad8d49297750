package cli

import (
	"errors"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/survey"
	"rdnsproxy/internal/target"

	"github.com/spf13/pflag"
)

// checkFlags are the flags of check; other commands have some of them.
type checkFlags struct {
	survey.Options

	given func(name string) bool // on the command line or in the environment
}

// newCheckFlags has what holds where no flag says otherwise.
func newCheckFlags(fs *pflag.FlagSet) checkFlags {
	return checkFlags{Options: survey.Defaults(), given: fs.Changed}
}

func (f *checkFlags) register(fs *pflag.FlagSet) {
	registerTarget(fs, &f.Options.Options)
	fs.Lookup("quiet").Usage = "tell of targets that do not pass only"
	registerConnect(fs, &f.Connect)
	fs.BoolVar(&f.AcceptedPass, "accepted", false, "accepted mappings pass, as long as they are unchanged")
	f.registerOwn(fs)
}

// registerOwn registers what the relay has not.
func (f *checkFlags) registerOwn(fs *pflag.FlagSet) {
	f.registerProbe(fs)
	f.registerReport(fs)
	fs.IntVar(&f.Jobs, "jobs", f.Jobs, "how many targets to look at at once, `N` at most")
	fs.BoolVar(&f.PrintConfig, "print-config", false, "print what was taken from ssh's configuration, and look nothing up")
	fs.BoolVar(&f.PrintKnownHosts, "print-known-hosts", false, "print lines for known_hosts, only of keys that are known, expected or vouched for by DNS")
	fs.Var((*serversFlag)(&f.Compare), "compare", "ask this DNS server too, and say where it differs")
	fs.Var((*interval)(&f.Wait), "wait", "try again until the targets pass, so long at most")
	fs.BoolVar(&f.Client.Self, "self", false, "look at this client as servers do: the address in SSH_CONNECTION")
	fs.StringVar(&f.Client.Address, "client", "", "look at the client with this `ADDRESS` as servers do")
	fs.Var(optionalString{&f.Client.From}, "from", "with --self or --client: whether this from= `LIST` of authorized_keys lets it in")
	fs.BoolVar(&f.Sources.All, "all", false, "every alias in ssh's configuration")
	fs.BoolVar(&f.Sources.KnownHosts, "known-hosts", false, "every name in known_hosts; of hashed ones those that ssh's configuration or the targets name")
	fs.StringVar(&f.SSHDConfig, "sshd-config", f.SSHDConfig, "read this `FILE` of sshd's on this machine for UseDNS; 'none' reads nothing")
	fs.StringVar(&f.Sources.FromFile, "from-file", "", "a target on each line of this `FILE`; - is stdin")
}

// registerProbe registers the flags of what looks behind names and addresses.
func (f *checkFlags) registerProbe(fs *pflag.FlagSet) {
	fs.BoolVar(&f.DNSOnly, "dns-only", false, "connect to nothing: names and addresses only")
	fs.StringSliceVar(&f.ExpectKeys, "expect-hostkey", nil, "a host key that is right, a `FINGERPRINT` SHA256:... (repeatable)")
	fs.Var((*interval)(&f.TargetTimeout), "target-timeout", "how long all the work on one target may take")
	fs.BoolVar(&f.AllKeys, "all-hostkeys", false, "fetch the host keys of the other types too, each over one more connection")
}

// registerReport registers the flags of what writes a report.
func (f *checkFlags) registerReport(fs *pflag.FlagSet) {
	fs.StringVar(&f.Format, "format", f.Format, "how to write the results, a `FORMAT` of "+strings.Join(report.Formats(), ", "))
	fs.Var((*outputPath)(&f.Output), "output", "write the report to this `FILE`, whole or not at all, instead of stdout")
	fs.Var((*failOn)(&f.FailOn), "fail-on", "exit with 1 from this severity on: notice, warning, error or never")
}

// outputPath is where a report goes, empty for stdout, which is also called -.
type outputPath string

func (o *outputPath) Set(path string) error {
	if path == "-" || path == "/dev/stdout" {
		path = ""
	}
	*o = outputPath(path)
	return nil
}

func (o *outputPath) String() string { return string(*o) }
func (o *outputPath) Type() string   { return "string" }

// validate looks at flags that only make sense within bounds.
func (f *checkFlags) validate() error {
	client := f.Client.Self || f.Client.Address != ""
	switch {
	case !slices.Contains(report.Formats(), f.Format):
		return console.Refuse(exit.Usage, "--format takes one of "+strings.Join(report.Formats(), ", "), "unknown format %s", console.Quoted(f.Format))
	case f.Jobs < 1:
		return console.Refuse(exit.Usage, "--jobs takes a number from 1 on", "--jobs %d leaves nobody to do the work", f.Jobs)
	case f.CheckTimeout <= 0:
		return console.Refuse(exit.Usage, "--check-timeout takes a time span such as 5s", "--check-timeout %s leaves no time", f.CheckTimeout)
	case f.TargetTimeout <= 0:
		return console.Refuse(exit.Usage, "--target-timeout takes a time span such as 30s", "--target-timeout %s leaves no time", f.TargetTimeout)
	case f.DNSOnly && (len(f.ExpectKeys) > 0 || f.PrintKnownHosts || f.AllKeys):
		return console.Refuse(exit.Usage, "leave --dns-only out", "--dns-only sees no host keys")
	case f.Client.From != nil && *f.Client.From != "" && !client:
		return console.Refuse(exit.Usage, "rdnsproxy check --client ADDR --from LIST", "--from is about a client: --self or --client is missing")
	case f.Client.From != nil && *f.Client.From == "":
		return console.Refuse(exit.Usage, "--from takes what stands between the quotes of from=\"...\"", "the --from list is empty")
	case client && f.Sources != (target.Sources{}):
		return console.Refuse(exit.Usage, "ask about either", "--self and --client take no targets")
	case f.PrintKnownHosts && (f.Output != "" || f.given("format")):
		return console.Refuse(exit.Usage, "leave --format and --output out, and redirect stdout", "--print-known-hosts prints lines for known_hosts and nothing else")
	case f.PrintConfig && (f.Output != "" || f.given("format")):
		return console.Refuse(exit.Usage, "leave --format and --output out, and redirect stdout", "--print-config prints settings of ssh and nothing else")
	case len(f.Compare) > 1:
		return console.Refuse(exit.Usage, "--compare takes one DNS server", "--compare was given %d", len(f.Compare))
	}
	for _, key := range f.ExpectKeys {
		if !hostsfile.IsFingerprint(key) {
			return console.Refuse(exit.Usage, "'ssh-keygen -lf FILE' prints it, SHA256: and 43 characters", "%s is no fingerprint", console.Quoted(key))
		}
	}
	return nil
}

// failOn is the severity from which check exits with 1.
type failOn check.Severity

func (f *failOn) Type() string { return "SEVERITY" }

func (f *failOn) String() string {
	if check.Severity(*f) == survey.NeverFail {
		return "never"
	}
	return check.Severity(*f).String()
}

func (f *failOn) Set(word string) error {
	if word == "never" {
		*f = failOn(survey.NeverFail)
		return nil
	}
	s, err := check.ParseSeverity(word)
	if err != nil || !slices.Contains([]check.Severity{check.Notice, check.Warning, check.Error}, s) {
		return errors.New("one of notice, warning, error, never is wanted")
	}
	*f = failOn(s)
	return nil
}
