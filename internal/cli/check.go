package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/replacefile"
	"rdnsproxy/internal/report"
	"rdnsproxy/sshconf"

	"github.com/spf13/pflag"
	"golang.org/x/term"
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
	printConfig     bool
	printKnownHosts bool
	compare         addrPorts
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
	f.registerOwn(fs)
}

// registerOwn registers what the relay has not.
func (f *checkFlags) registerOwn(fs *pflag.FlagSet) {
	f.preset(fs)
	f.registerProbe(fs)
	f.registerReport(fs)
	fs.IntVar(&f.jobs, "jobs", f.jobs, "how many targets to look at at once, `N` at most")
	fs.BoolVar(&f.printConfig, "print-config", false, "print what was taken from ssh's configuration, and look nothing up")
	fs.BoolVar(&f.printKnownHosts, "print-known-hosts", false, "print lines for known_hosts, of proven keys only")
	fs.Var(&f.compare, "compare", "ask this DNS server too, and say where it differs")
	fs.Var(&f.wait, "wait", "try again until the targets pass, so long at most")
	fs.BoolVar(&f.self, "self", false, "look at this client as servers do: the address in SSH_CONNECTION")
	fs.StringVar(&f.client, "client", "", "look at the client with this `ADDRESS` as servers do")
	fs.StringVar(&f.from, "from", "", "with --self or --client: whether this from= `LIST` of authorized_keys lets it in")
	fs.BoolVar(&f.all, "all", false, "every alias in ssh's configuration")
	fs.BoolVar(&f.knownHosts, "known-hosts", false, "every plain name in known_hosts")
	fs.StringVar(&f.sshdConfig, "sshd-config", sshconf.ServerConfig, "read this `FILE` of sshd's on this machine for UseDNS; 'none' reads nothing")
	fs.StringVar(&f.fromFile, "from-file", "", "a target on each line of this `FILE`; - is stdin")
}

// preset sets what holds for a command that registers some of the flags only.
func (f *checkFlags) preset(fs *pflag.FlagSet) {
	f.format, f.jobs, f.failOn.severity, f.given, f.files = "text", 256, check.Warning, fs.Changed, new(sshFiles)
}

// registerProbe registers the flags of what looks behind names and addresses.
func (f *checkFlags) registerProbe(fs *pflag.FlagSet) {
	fs.BoolVar(&f.dnsOnly, "dns-only", false, "connect to nothing: names and addresses only")
	fs.StringSliceVar(&f.expectKeys, "expect-hostkey", nil, "a host key that is right, a `FINGERPRINT` SHA256:... (repeatable)")
}

// registerReport registers the flags of what writes a report.
func (f *checkFlags) registerReport(fs *pflag.FlagSet) {
	fs.StringVar(&f.format, "format", f.format, "how to write the results, a `FORMAT` of "+strings.Join(report.Formats(), ", "))
	fs.StringVar(&f.output, "output", "", "write the report to this `FILE`, whole or not at all, instead of stdout")
	fs.Var(&f.failOn, "fail-on", "exit with 1 from this severity on: notice, warning, error or never")
}

// runCheck looks at the targets, at most jobs at a time, and reports them in the
// order in which they were given.
func runCheck(ctx context.Context, w World, f *checkFlags, operands []string) int {
	v := newVoice(w.Err, f.quiet, f.verbose)
	if err := f.validate(); err != nil {
		return f.usage(w, err)
	}
	take := f.words
	if f.wanted() {
		take = f.selfWords
	}
	words, err := take(w, v, operands)
	if err != nil {
		return f.usage(w, err)
	}
	targets, err := f.targets(ctx, w, v, words)
	if err != nil {
		return f.usage(w, err)
	}
	if f.printConfig {
		return printConfig(w, targets)
	}
	checker, err := f.checker(v)
	if err != nil {
		return f.usage(w, err)
	}
	if !signal.Ignored(os.Interrupt) {
		var stop func()
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
	}
	if len(targets) > manyTargets {
		debug.SetGCPercent(400)
	}
	s := &survey{w: w, f: f, voice: v, checker: checker, progress: newProgress(w, f, len(targets)), tellAccepted: true}
	defer s.progress.clear()
	results := inOrder(f.jobs, targets, func(t target) *check.Result { return s.one(ctx, t) })
	if f.printKnownHosts {
		return s.printKnownHosts(ctx, results)
	}
	return s.finish(ctx, results)
}

// manyTargets is from how many targets on memory is spent for speed: results
// come and go, and collecting them is a fifth of the work.
const manyTargets = 100

// usage is bad usage; --format nagios has its own status for it.
func (f *checkFlags) usage(w World, err error) int {
	status := w.usage(err)
	if f.format == "nagios" {
		return report.NagiosStatus(f.failOn.severity)
	}
	return status
}

// isFingerprint reports whether a word is what ssh-keygen -lf prints of a key.
func isFingerprint(word string) bool {
	sum, ok := strings.CutPrefix(word, "SHA256:")
	b, err := base64.RawStdEncoding.DecodeString(sum)
	return ok && err == nil && len(b) == sha256.Size
}

// validate looks at flags that only make sense within bounds.
func (f *checkFlags) validate() error {
	switch {
	case !slices.Contains(report.Formats(), f.format):
		return refuse("--format takes one of "+strings.Join(report.Formats(), ", "), "unknown format %s", quoted(f.format))
	case f.jobs < 1:
		return refuse("--jobs takes a number from 1 on", "--jobs %d leaves nobody to do the work", f.jobs)
	case f.checkTimeout.d <= 0:
		return refuse("--check-timeout takes a time span such as 5s", "--check-timeout %s leaves no time", f.checkTimeout.d)
	case f.dnsOnly && (len(f.expectKeys) > 0 || f.printKnownHosts):
		return refuse("leave --dns-only out", "--dns-only sees no host keys")
	case f.from != "" && !f.wanted():
		return refuse("rdnsproxy check --client ADDR --from LIST", "--from is about a client: --self or --client is missing")
	case f.given("from") && f.from == "":
		return refuse("--from takes what stands between the quotes of from=\"...\"", "the --from list is empty")
	case f.wanted() && (f.all || f.knownHosts || f.fromFile != ""):
		return refuse("ask about either", "--self and --client take no targets")
	case f.printKnownHosts && (f.output != "" || f.given("format")):
		return refuse("leave --format and --output out, and redirect stdout", "--print-known-hosts prints lines for known_hosts and nothing else")
	case len(f.compare) > 1:
		return refuse("--compare takes one DNS server", "--compare was given %d", len(f.compare))
	}
	for _, key := range f.expectKeys {
		if !isFingerprint(key) {
			return refuse("'ssh-keygen -lf FILE' prints it, SHA256: and 43 characters", "%s is no fingerprint", quoted(key))
		}
	}
	return nil
}

func (f *checkFlags) checker(v *voice) (*check.Checker, error) {
	resolver, hosts, err := f.resolver()
	if err != nil {
		return nil, err
	}
	if err := resolver.Err(); err != nil {
		v.notice(err.Error()) // look-ups go on without it, as libc's do
	}
	resolver = resolver.Within(f.checkTimeout.d)
	c := &check.Checker{
		Resolver:  resolver,
		Policy:    check.Policy{RequireName: f.requireName, ExpectKeys: f.expectKeys},
		Timeout:   f.checkTimeout.d,
		HostsPath: hosts,
		Thorough:  true,
	}
	if len(f.compare) > 0 {
		c.Compare = comparison(f.compare)
	}
	return c, nil
}

// reader is what is known of who reads the report.
func (f *checkFlags) reader(w World) report.Options {
	o := report.Options{Quiet: f.quiet, Verbose: f.verbose, FailOn: f.failOn.severity, Time: time.Now()}
	if f.output == "" && isTerminal(w.Out) {
		o.Color = w.getenv("NO_COLOR") == "" && w.getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(w.Out.Fd())); err == nil && width > 0 {
			o.Width = max(width, 40)
		}
	}
	return o
}

// survey is one run of check over its targets.
type survey struct {
	w        World
	f        *checkFlags
	voice    *voice
	checker  *check.Checker
	progress *progress
	keys     knownKeys
	kerberos kerberos
	useDNS   useDNS
	accepted acceptedFile
	complain sync.Once // of the accepted file

	tellAccepted bool   // beside the findings: what of them the user has accepted
	brief        bool   // people want what was found, not what it rests on; unless -v
	empty        string // what to say where there is nothing to look at, which is fine then
}

var errInterrupted = errors.New("interrupted")

// finish reports the results and gives the exit status.
func (s *survey) finish(ctx context.Context, results iter.Seq[*check.Result]) int {
	severities, err := s.results(ctx, results)
	if err != nil {
		return s.failed(err)
	}
	return s.status(severities)
}

// results reports the results and gives the severities of all their findings.
func (s *survey) results(ctx context.Context, results iter.Seq[*check.Result]) (severities []check.Severity, err error) {
	err = s.report(ctx, &severities, results)
	s.progress.clear()
	return severities, err
}

// failed tells why there is no whole report, and gives the exit status.
func (s *survey) failed(err error) int {
	switch {
	case errors.Is(err, errInterrupted):
		s.voice.error(err)
		return statusInterrupted
	case s.f.output != "":
		s.voice.error(refuse("--output takes a file in a folder that you may write", "writing the report: %v", err))
	default:
		s.voice.error(fmt.Errorf("writing the report: %w", err))
	}
	if s.f.format == "nagios" {
		return report.NagiosStatus(s.f.failOn.severity)
	}
	return statusUsage
}

// status is the exit status for what was found.
func (s *survey) status(severities []check.Severity) int {
	if s.f.format == "nagios" && (len(severities) > 0 || s.empty == "") {
		return report.NagiosStatus(s.f.failOn.severity, severities...)
	}
	sum := tally{failOn: s.f.failOn.severity}
	for _, severity := range severities {
		sum.add(severity)
	}
	return sum.status()
}

// report writes the results to stdout as they come, or to --output when all are
// there: who reads that file never finds half a report.
func (s *survey) report(ctx context.Context, severities *[]check.Severity, results iter.Seq[*check.Result]) error {
	write := func(out io.Writer) error {
		o := s.f.reader(s.w)
		o.Brief, o.Empty = s.brief && !s.f.verbose, s.empty
		if summary := s.w.getenv("GITHUB_STEP_SUMMARY"); s.f.format == "github" && summary != "" {
			f, err := os.OpenFile(summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return err
			}
			defer f.Close()
			o.Summary = f
		}
		handler, err := report.New(s.f.format, out, o)
		if err != nil {
			return err
		}
		var stopped error
		for r := range results {
			if r == nil {
				stopped = errInterrupted // it was not finished; what is, is reported
				continue
			}
			for _, finding := range r.Findings {
				*severities = append(*severities, finding.Severity)
			}
			s.progress.clear()
			if err := handler.Result(r); err != nil {
				return err
			}
			s.progress.draw()
		}
		s.progress.clear()
		return errors.Join(handler.Close(), stopped)
	}
	if s.f.output == "" {
		return write(s.w.Out)
	}
	return replacefile.Write(s.f.output, 0o644, write)
}

// one asks about one target, again and again under --wait.
// nil says that it was interrupted.
func (s *survey) one(ctx context.Context, t target) *check.Result {
	defer s.progress.done()
	if ctx.Err() != nil {
		return nil
	}
	r := s.untilItPasses(ctx, t, func(deadline time.Time) *check.Result {
		ctx, cancel := s.attempt(ctx, deadline)
		defer cancel()
		mine := *s.checker
		mine.Client = clientOf(t.config, s.kerberos.read(s.w, s.voice), s.useDNS.read(s.f.sshdConfig, s.voice))
		mine.Family = cmp.Or(mine.Family, t.settings.family)
		if s.f.wanted() {
			return s.f.asServersSeeIt(mine.Check(ctx, t.Target))
		}
		if !s.f.dnsOnly && !t.Proxied {
			mine.Prober = s.prober(ctx, &t)
		}
		r := mine.Check(ctx, t.Target)
		if s.tellAccepted {
			s.withAccepted(r)
		}
		return r
	})
	if ctx.Err() != nil {
		return nil
	}
	return r
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
