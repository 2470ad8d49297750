package cli

import (
	"errors"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/report"
	"rdnsproxy/limits"
	"rdnsproxy/sshconf"

	"github.com/spf13/pflag"
)

// checkFlags are the flags of check.
type checkFlags struct {
	sharedFlags
	connectFlags
	selfFlags
	format          string
	output          string
	failOn          failOn
	jobs            int
	dnsOnly         bool
	expectKeys      []string
	allKeys         bool
	targetTimeout   interval
	printConfig     bool
	printKnownHosts bool
	compare         addrPorts
	acceptedPass    bool
	wait            interval

	all, knownHosts bool
	fromFile        string
	sshdConfig      string

	given func(name string) bool // on the command line or in the environment
	files *sshFiles              // if nil, ssh's configuration is read for each target
}

func (f *checkFlags) register(fs *pflag.FlagSet) {
	f.sharedFlags.register(fs)
	fs.Lookup("quiet").Usage = "tell of targets that do not pass only"
	f.connectFlags.register(fs)
	fs.BoolVar(&f.acceptedPass, "accepted", false, "accepted mappings pass, as long as they are unchanged")
	f.registerOwn(fs)
}

// registerOwn registers what the relay has not.
func (f *checkFlags) registerOwn(fs *pflag.FlagSet) {
	f.preset(fs)
	f.registerProbe(fs)
	f.registerReport(fs)
	fs.IntVar(&f.jobs, "jobs", f.jobs, "how many targets to look at at once, `N` at most")
	fs.BoolVar(&f.printConfig, "print-config", false, "print what was taken from ssh's configuration, and look nothing up")
	fs.BoolVar(&f.printKnownHosts, "print-known-hosts", false, "print lines for known_hosts, only of keys that are known, expected or vouched for by DNS")
	fs.Var(&f.compare, "compare", "ask this DNS server too, and say where it differs")
	fs.Var(&f.wait, "wait", "try again until the targets pass, so long at most")
	fs.BoolVar(&f.self, "self", false, "look at this client as servers do: the address in SSH_CONNECTION")
	fs.StringVar(&f.client, "client", "", "look at the client with this `ADDRESS` as servers do")
	fs.StringVar(&f.from, "from", "", "with --self or --client: whether this from= `LIST` of authorized_keys lets it in")
	fs.BoolVar(&f.all, "all", false, "every alias in ssh's configuration")
	fs.BoolVar(&f.knownHosts, "known-hosts", false, "every name in known_hosts; of hashed ones those that ssh's configuration or the targets name")
	fs.StringVar(&f.sshdConfig, "sshd-config", sshconf.ServerConfig, "read this `FILE` of sshd's on this machine for UseDNS; 'none' reads nothing")
	fs.StringVar(&f.fromFile, "from-file", "", "a target on each line of this `FILE`; - is stdin")
}

// preset sets what holds for a command that registers some of the flags only.
func (f *checkFlags) preset(fs *pflag.FlagSet) {
	f.format, f.jobs, f.failOn.severity, f.given, f.files = "text", limits.Jobs, check.Warning, fs.Changed, new(sshFiles)
	f.targetTimeout.d = limits.TargetTime
}

// registerProbe registers the flags of what looks behind names and addresses.
func (f *checkFlags) registerProbe(fs *pflag.FlagSet) {
	fs.BoolVar(&f.dnsOnly, "dns-only", false, "connect to nothing: names and addresses only")
	fs.StringSliceVar(&f.expectKeys, "expect-hostkey", nil, "a host key that is right, a `FINGERPRINT` SHA256:... (repeatable)")
	fs.Var(&f.targetTimeout, "target-timeout", "how long all the work on one target may take")
	fs.BoolVar(&f.allKeys, "all-hostkeys", false, "fetch the host keys of the other types too, each over one more connection")
}

// registerReport registers the flags of what writes a report.
func (f *checkFlags) registerReport(fs *pflag.FlagSet) {
	fs.StringVar(&f.format, "format", f.format, "how to write the results, a `FORMAT` of "+strings.Join(report.Formats(), ", "))
	fs.Var((*outputPath)(&f.output), "output", "write the report to this `FILE`, whole or not at all, instead of stdout")
	fs.Var(&f.failOn, "fail-on", "exit with 1 from this severity on: notice, warning, error or never")
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
	switch {
	case !slices.Contains(report.Formats(), f.format):
		return refuse("--format takes one of "+strings.Join(report.Formats(), ", "), "unknown format %s", quoted(f.format))
	case f.jobs < 1:
		return refuse("--jobs takes a number from 1 on", "--jobs %d leaves nobody to do the work", f.jobs)
	case f.checkTimeout.d <= 0:
		return refuse("--check-timeout takes a time span such as 5s", "--check-timeout %s leaves no time", f.checkTimeout.d)
	case f.targetTimeout.d <= 0:
		return refuse("--target-timeout takes a time span such as 30s", "--target-timeout %s leaves no time", f.targetTimeout.d)
	case f.dnsOnly && (len(f.expectKeys) > 0 || f.printKnownHosts || f.allKeys):
		return refuse("leave --dns-only out", "--dns-only sees no host keys")
	case f.from != "" && !f.wanted():
		return refuse("rdnsproxy check --client ADDR --from LIST", "--from is about a client: --self or --client is missing")
	case f.given("from") && f.from == "":
		return refuse("--from takes what stands between the quotes of from=\"...\"", "the --from list is empty")
	case f.wanted() && (f.all || f.knownHosts || f.fromFile != ""):
		return refuse("ask about either", "--self and --client take no targets")
	case f.printKnownHosts && (f.output != "" || f.given("format")):
		return refuse("leave --format and --output out, and redirect stdout", "--print-known-hosts prints lines for known_hosts and nothing else")
	case f.printConfig && (f.output != "" || f.given("format")):
		return refuse("leave --format and --output out, and redirect stdout", "--print-config prints settings of ssh and nothing else")
	case len(f.compare) > 1:
		return refuse("--compare takes one DNS server", "--compare was given %d", len(f.compare))
	}
	for _, key := range f.expectKeys {
		if !hostsfile.IsFingerprint(key) {
			return refuse("'ssh-keygen -lf FILE' prints it, SHA256: and 43 characters", "%s is no fingerprint", quoted(key))
		}
	}
	return nil
}

// failOn is the severity from which check exits with 1.
type failOn struct{ severity check.Severity }

func (f *failOn) Type() string { return "SEVERITY" }

func (f *failOn) String() string {
	if f.severity == neverFail {
		return "never"
	}
	return f.severity.String()
}

func (f *failOn) Set(word string) error {
	if word == "never" {
		f.severity = neverFail
		return nil
	}
	s, err := check.ParseSeverity(word)
	if err != nil || !slices.Contains([]check.Severity{check.Notice, check.Warning, check.Error}, s) {
		return errors.New("one of notice, warning, error, never is wanted")
	}
	f.severity = s
	return nil
}
