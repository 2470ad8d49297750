package cli

import (
	"cmp"
	"errors"
	"net/netip"
	"os"
	"slices"
	"strings"

	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/auditrun"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
	"rdnsproxy/sshdlog"

	"github.com/spf13/pflag"
)

// auditFlags are the flags of audit.
type auditFlags struct {
	auditrun.Options

	since, until, zone string
	noDNS              bool

	given func(name string) bool // on the command line or in the environment
}

// newAuditFlags returns the defaults.
func newAuditFlags(fs *pflag.FlagSet) auditFlags {
	return auditFlags{Options: auditrun.Defaults(), given: fs.Changed}
}

func (f *auditFlags) register(fs *pflag.FlagSet) {
	f.registerOwn(fs)
	fs.Var((*prefixes)(&f.Only.Clients), "client", "only this client, and list its connections (repeatable)")
	fs.VarP((*serversFlag)(&f.Resolvers), "resolver", "",
		"ask this DNS server, ADDR or ADDR:PORT (repeatable; default: the system's)")
	fs.StringVar(&f.HostsFile, "hosts-file", "", "read this `FILE` instead of the system's hosts file")
	fs.Var((*interval)(&f.CheckTimeout), "check-timeout", "time limit for the lookups of one client")
	fs.StringVar(&f.SSHDConfig, "sshd-config", f.SSHDConfig,
		"read UseDNS and AllowUsers from this sshd_config `FILE`; 'none' reads nothing")
	fs.StringVar(&f.Format, "format", f.Format, "output `FORMAT`: "+strings.Join(auditreport.Formats(), ", "))
	fs.Var((*outputPath)(&f.Output), "output", "write the report to this `FILE` instead of stdout, all or nothing")
	fs.Var((*colorMode)(&f.Color), "color", "colour the report: auto (on a terminal), always, never")
	fs.Var((*failOn)(&f.FailOn), "fail-on", "exit with 1 at or above this severity: notice, warning, error, never")
	fs.BoolVarP(&f.Quiet, "quiet", "q", false, "only the verdict, and what is unknown or worse")
	fs.BoolVarP(&f.Verbose, "verbose", "v", false, "print more: what passes, servers, forged lines, timings")
}

// registerOwn registers the flags that no other command has.
func (f *auditFlags) registerOwn(fs *pflag.FlagSet) {
	fs.Var(journalFlag{&f.Journal, &f.JournalDir}, "journal",
		"read this machine's journal; --journal=DIR the one in a directory")
	fs.Lookup("journal").NoOptDefVal = "true"
	fs.Var((*framing)(&f.Input), "input", "how the log is written: "+strings.Join(framingWords(), ", "))
	fs.Var(words{(*repeated)(&f.Tags)}, "tag", "`NAME` of sshd in the log, besides sshd, sshd-session, sshd-auth (repeatable)")
	fs.StringVar(&f.since, "since", "", "only from this `TIME` on")
	fs.StringVar(&f.until, "until", "", "only up to this `TIME`")
	fs.IntVar(&f.Year, "year", 0, "the year `N` of the log's last line, if its stamps have none")
	fs.StringVar(&f.zone, "timezone", "",
		"the `ZONE` of stamps without one, such as Europe/Berlin or UTC (default: this machine's)")
	fs.Var((*dnsChoice)(&f.DNS), "dns",
		"whose names to look up now: relevant (who logged in or nearly did, and complaints), all, none")
	fs.BoolVar(&f.noDNS, "no-dns", false, "the same as --dns none")
	fs.IntVar(&f.DNSLimit, "dns-limit", f.DNSLimit, "look up at most `N` addresses")
	fs.Var((*interval)(&f.DNSBudget), "dns-budget", "time limit for all lookups")
	fs.Var(words{(*repeated)(&f.Only.Users)}, "user", "only this `USER`, and list the connections (repeatable)")
	fs.Var(words{(*repeated)(&f.Only.Hosts)}, "host",
		"only this server, by its `NAME` in the log, and list the connections (repeatable)")
	fs.BoolVar(&f.Follow, "follow", false, "go on reading as the log grows; print new findings")
	fs.BoolVar(&f.Merge, "merge", false, "the FILEs are from --format tally: report on all of them together")
	fs.BoolVar(&f.UnknownUsers, "show-unknown-users", false,
		"show names of users that the server does not know; some are passwords")
	fs.BoolVar(&f.Anonymize, "anonymize", false, "replace addresses, users, hosts and names by labels")
}

// validate refuses values out of range and flags that cannot be combined.
func (f *auditFlags) validate() error {
	format, err := auditreport.FormatOf(f.Format)
	if err != nil {
		return console.Refuse(exit.Usage, "--format takes one of "+strings.Join(auditreport.Formats(), ", "),
			"unknown format %s", console.Quoted(f.Format))
	}
	if f.noDNS {
		if f.given("dns") && f.DNS != auditrun.None {
			return console.Refuse(exit.Usage, "use one or the other", "--no-dns and --dns %s contradict each other", f.DNS)
		}
		f.DNS = auditrun.None
	}
	switch {
	case f.given("year") && (f.Year < 1990 || f.Year > 9999):
		return console.Refuse(exit.Usage, "--year takes a year such as 2026", "--year: %d is not the year of a log", f.Year)
	case f.DNSLimit < 1:
		return console.Refuse(exit.Usage, "--no-dns looks nothing up", "--dns-limit must be at least 1")
	case f.given("dns-limit") && f.DNS != auditrun.Relevant:
		return console.Refuse(exit.Usage, "use one or the other", "--dns-limit cannot be combined with --dns %s", f.DNS)
	case f.CheckTimeout <= 0:
		return console.Refuse(exit.Usage, "--check-timeout takes a duration such as 5s",
			"--check-timeout must be greater than 0")
	case f.DNSBudget <= 0:
		return console.Refuse(exit.Usage, "--dns-budget takes a duration such as 30s", "--dns-budget must be greater than 0")
	case f.given("sshd-config") && missing(f.SSHDConfig):
		return console.Refuse(exit.Usage, "--sshd-config takes the sshd_config of this machine's sshd, or none",
			"--sshd-config: %s does not exist", console.Quoted(f.SSHDConfig))
	case f.Anonymize && format.From != auditreport.Report:
		return console.Refuse(exit.Usage, "remove --anonymize; a report can be anonymized, also one of --merge",
			"--format %s cannot be anonymized", f.Format)
	case f.Anonymize && !f.Only.All():
		return console.Refuse(exit.Usage, "use one or the other",
			"--anonymize cannot be combined with --client, --user or --host")
	}
	return cmp.Or(f.validateJournal(), f.validateFollow(format), f.validateMerge())
}

// validateJournal refuses a directory behind --journal where one may have meant its value: it
// would be read besides this machine's journal.
func (f *auditFlags) validateJournal() error {
	if !f.Journal || f.JournalDir != "" {
		return nil
	}
	for _, name := range f.Names {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			return console.Refuse(exit.Usage, "--journal="+safetext.Shell(name)+" reads the journal in that directory; "+
				"without --journal the directory is read too",
				"--journal reads this machine's journal, and not the one in %s", console.Quoted(name))
		}
	}
	return nil
}

// validateFollow refuses what cannot be done while a log grows.
func (f *auditFlags) validateFollow(format auditreport.Format) error {
	switch {
	case !f.Follow:
		return nil
	case !format.Follows:
		return console.Refuse(exit.Usage, "use --format text, jsonl or events", "--follow cannot write %s", f.Format)
	case f.Output != "":
		return console.Refuse(exit.Usage, "redirect stdout",
			"--follow cannot be combined with --output: the report would never be whole")
	case !f.Until.IsZero():
		return console.Refuse(exit.Usage, "remove --until", "--follow reads what is still to come")
	case f.Anonymize:
		return console.Refuse(exit.Usage, "remove --anonymize", "--follow cannot be anonymized")
	}
	return nil
}

// reading are the flags that say how a log is read, which a tally no longer is.
var reading = []string{
	"journal", "input", "tag", "since", "until", "year", "timezone", "client", "user", "host", "follow",
	"show-unknown-users",
}

// validateMerge refuses what must have been said when the tallies were made.
func (f *auditFlags) validateMerge() error {
	if !f.Merge {
		return nil
	}
	if len(f.Names) == 0 {
		return console.Refuse(exit.Usage, "rdnsproxy audit --merge FILE..., of files from --format tally",
			"--merge needs at least one file")
	}
	for _, name := range reading {
		if f.given(name) {
			return console.Refuse(exit.Usage, "give --"+name+" to the runs with --format tally",
				"--%s cannot be combined with --merge", name)
		}
	}
	if f.Format == "events" {
		return console.Refuse(exit.Usage, "--format events reads logs", "--merge has no events: a tally holds counts")
	}
	return nil
}

// prefixes is a list of addresses and nets, separated by commas; repeating the flag adds
// more.
type prefixes []netip.Prefix

func (p *prefixes) Type() string { return "ADDRESS|CIDR" }

func (p *prefixes) String() string {
	var words []string
	for _, n := range *p {
		words = append(words, n.String())
	}
	return strings.Join(words, ",")
}

func (p *prefixes) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		if a, err := netip.ParseAddr(word); err == nil {
			a = a.Unmap().WithZone("")
			*p = append(*p, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(word)
		if err != nil {
			return errors.New("expected an address or a net, such as 203.0.113.7 or 2001:db8::/32")
		}
		*p = append(*p, n.Masked())
	}
	return nil
}

// journalFlag is the value of --journal: true, false, or a directory.
type journalFlag struct {
	on  *bool
	dir *string
}

func (journalFlag) Type() string     { return "bool" } // so that help shows no value
func (j journalFlag) String() string { return "false" }

func (j journalFlag) Set(value string) error {
	*j.on, *j.dir = value != "false", value
	if value == "true" || value == "false" {
		*j.dir = ""
	}
	if value == "" {
		return errors.New("expected a directory with journal files")
	}
	return nil
}

// framing is the value of --input.
type framing sshdlog.Framing

func framingWords() (words []string) {
	for _, f := range sshdlog.Framings() {
		words = append(words, f.String())
	}
	return words
}

func (f *framing) Type() string   { return "FRAMING" }
func (f *framing) String() string { return sshdlog.Framing(*f).String() }

func (f *framing) Set(word string) error {
	v, err := sshdlog.ParseFraming(word)
	if err != nil {
		return errors.New("expected one of " + strings.Join(framingWords(), ", "))
	}
	*f = framing(v)
	return nil
}

// dnsChoice is the value of --dns.
type dnsChoice auditrun.DNS

func (d *dnsChoice) Type() string   { return "WHOM" }
func (d *dnsChoice) String() string { return string(*d) }

func (d *dnsChoice) Set(word string) error {
	if !slices.Contains(auditrun.DNSChoices(), auditrun.DNS(word)) {
		return errors.New("expected relevant, all or none")
	}
	*d = dnsChoice(word)
	return nil
}
