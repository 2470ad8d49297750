package cli

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/survey"

	"github.com/spf13/pflag"
)

// checkFlags are the flags of check; other commands have some of them.
type checkFlags struct {
	survey.Options
	merge   bool // the operands are files of results
	partial bool // of runs that need not have ended

	given func(name string) bool // on the command line or in the environment
}

// newCheckFlags returns the defaults.
func newCheckFlags(fs *pflag.FlagSet) checkFlags {
	return checkFlags{Options: survey.Defaults(), given: fs.Changed}
}

func (f *checkFlags) register(fs *pflag.FlagSet) {
	registerTarget(fs, &f.Options.Options)
	fs.Lookup("quiet").Usage = "report only the targets that do not pass"
	registerConnect(fs, &f.Connect)
	fs.BoolVar(&f.merge, "merge", false, "report the results in these files of --format jsonl") // audit has its own
	fs.BoolVar(&f.partial, "partial", false, "with --merge: report what there is of runs that have not ended or lack a share; the status is 2")
	fs.BoolVar(&f.AcceptedPass, "accepted", false, "accepted mappings pass, as long as they are unchanged")
	f.registerOwn(fs)
}

// registerOwn registers the flags that the relay does not have.
func (f *checkFlags) registerOwn(fs *pflag.FlagSet) {
	f.registerProbe(fs)
	f.registerReport(fs)
	fs.BoolVar(&f.ConnectAll, "connect", false, "connect to the hosts of ranges and zones too")
	fs.IntVar(&f.Jobs, "jobs", f.Jobs, "check at most `N` targets at once")
	fs.Var((*rate)(&f.Rate), "rate", "ask each DNS server at most `N` questions a second; auto: with long lists 1000, but any number on this machine; unlimited")
	fs.BoolVar(&f.Unordered, "unordered", false, "report each target as soon as it is done, in any order")
	fs.BoolVar(&f.StrictInput, "strict-input", false, "stop at the first line that is not a target")
	fs.StringVar(&f.Shard, "shard", "", "check only share `I/N` of the targets; auto: that of this Slurm, Kubernetes or CI task")
	fs.StringVar(&f.Resume, "resume", "", "write results to this `FILE` as jsonl; go on after those that are in it")
	fs.BoolVar(&f.PrintConfig, "print-config", false, "print the settings taken from ssh's configuration, and stop")
	fs.BoolVar(&f.PrintKnownHosts, "print-known-hosts", false, "print known_hosts lines of verified keys only")
	fs.Var((*serversFlag)(&f.Compare), "compare", "also ask this DNS server, and report differences")
	fs.Var((*interval)(&f.Wait), "wait", "retry until all targets pass, for at most this long")
	fs.BoolVar(&f.Client.Self, "self", false, "check this client as servers see it (SSH_CONNECTION)")
	fs.StringVar(&f.Client.Address, "client", "", "check the client with this `ADDRESS` as servers see it")
	fs.Var(optionalString{&f.Client.From}, "from", "with --self or --client: would this from= `LIST` of authorized_keys let it in?")
	fs.BoolVar(&f.Sources.All, "all", false, "check every alias in ssh's configuration")
	fs.BoolVar(&f.Sources.KnownHosts, "known-hosts", false, "check every name in known_hosts; hashed names only if ssh's configuration or a target has them")
	fs.StringVar(&f.SSHDConfig, "sshd-config", f.SSHDConfig, "read UseDNS from this sshd_config `FILE`; 'none' reads nothing")
	fs.Var((*repeated)(&f.Sources.FromFile), "from-file", "check the targets in this `FILE`, one per line; - is stdin (repeatable)")
	fs.Var(words{(*repeated)(&f.Sources.Column)}, "column", "--from-file is a table (CSV): the `NAME` or number of the column with the targets; NAME,ADDRESS for pairs")
	fs.Var(words{(*repeated)(&f.Sources.Field)}, "field", "--from-file is JSON Lines: the `NAME` of the field with the targets, with dots inside objects; NAME,ADDRESS for pairs")
	fs.Var((*repeated)(&f.Zones.Files), "zone", "check the A, AAAA and PTR records of this zone `FILE`, or ZONE=FILE; - is stdin (repeatable)")
	fs.Var((*repeated)(&f.Zones.Transfers), "axfr", "check the records of a zone that a server transfers: `ZONE@SERVER` (repeatable)")
	fs.StringVar(&f.Zones.Key, "tsig-file", "", "sign the transfers of --axfr with the key in this `FILE`, as tsig-keygen writes it")
	fs.BoolVar(&f.Zones.Offline, "offline", false, "with --zone or --axfr: ask no server about what the zones do not hold")
	fs.StringVar(&f.Sources.Ansible, "ansible", "", "check the hosts of an inventory, from this `FILE` with the output of ansible-inventory --list; - is stdin")
}

// registerProbe registers the flags of commands that probe servers.
func (f *checkFlags) registerProbe(fs *pflag.FlagSet) {
	fs.BoolVar(&f.DNSOnly, "dns-only", false, "DNS only, do not connect")
	fs.Var(words{(*repeated)(&f.ExpectKeys)}, "expect-hostkey", "accept only this host key, by `FINGERPRINT` SHA256:... (repeatable)")
	fs.Var((*interval)(&f.TargetTimeout), "target-timeout", "time limit for one target")
	fs.BoolVar(&f.AllKeys, "all-hostkeys", false, "also fetch host keys of the other types, one more connection each")
}

// missing reports whether a file that somebody named is not there. "none" names no file.
func missing(path string) bool {
	_, err := os.Stat(path)
	return path != "none" && errors.Is(err, fs.ErrNotExist)
}

// clientAlone says why a client cannot be checked together with targets.
const clientAlone = "--self and --client cannot be combined with targets"

// mergeObeys returns the flags that --merge can obey: those about the report. What the others
// ask for, the runs that wrote the results have done.
func mergeObeys() []string {
	return []string{"merge", "partial", "format", "output", "color", "fail-on", "quiet", "verbose", "help"}
}

// refuseIdle refuses the flags on the command line that --merge cannot obey.
func (f *checkFlags) refuseIdle(idle []string) error {
	if !f.merge || len(idle) == 0 {
		return nil
	}
	return console.Refuse(exit.Usage, "give them to the runs that write the results, or leave them out",
		"--merge only reads results: it cannot obey %s", strings.Join(idle, ", "))
}

// validateParts refuses what does not go with a part of a run, or with results that are
// there already.
func (f *checkFlags) validateParts(args []string) error {
	prints, client := f.PrintConfig || f.PrintKnownHosts, f.Client.Enabled()
	switch {
	case f.Resume != "" && (f.Output != "" || f.given("format") && f.Format != "jsonl"):
		return console.Refuse(exit.Usage, "remove --output and --format; 'rdnsproxy check --merge FILE' makes any report of it",
			"--resume writes its FILE as jsonl, and nothing else")
	case f.Resume != "" && (prints || client), f.Shard != "" && (prints || client):
		return console.Refuse(exit.Usage, "use one or the other",
			"--shard and --resume are for targets, not for --self, --client, --print-config or --print-known-hosts")
	case f.partial && !f.merge:
		return console.Refuse(exit.Usage, "rdnsproxy check --merge --partial FILE...", "--partial needs --merge")
	case !f.merge:
		return nil
	case f.Sources.Given() || f.Zones.Given() || client || prints || f.Shard != "" || f.Resume != "":
		return console.Refuse(exit.Usage, "rdnsproxy check --merge [--format NAME] FILE...",
			"--merge only reads results; it takes no targets")
	case len(args) == 0:
		return console.Refuse(exit.Usage, "rdnsproxy check --merge FILE...", "--merge needs files of results")
	}
	return nil
}

// validate refuses values out of range and flags that cannot be combined.
func (f *checkFlags) validate() error {
	client := f.Client.Enabled()
	switch {
	case !slices.Contains(report.Formats(), f.Format):
		return console.Refuse(exit.Usage, "--format takes one of "+strings.Join(report.Formats(), ", "),
			"unknown format %s", console.Quoted(f.Format))
	case f.Jobs < 1:
		return console.Refuse(exit.Usage, "", "--jobs must be at least 1")
	case f.CheckTimeout <= 0:
		return console.Refuse(exit.Usage, "--check-timeout takes a duration such as 5s",
			"--check-timeout must be greater than 0")
	case f.TargetTimeout <= 0:
		return console.Refuse(exit.Usage, "--target-timeout takes a duration such as 30s",
			"--target-timeout must be greater than 0")
	case f.DNSOnly && (len(f.ExpectKeys) > 0 || f.PrintKnownHosts || f.AllKeys):
		return console.Refuse(exit.Usage, "remove --dns-only", "--dns-only does not look at host keys")
	case f.DNSOnly && f.ConnectAll:
		return console.Refuse(exit.Usage, "use one or the other", "--dns-only and --connect contradict each other")
	case f.Client.From != nil && *f.Client.From != "" && !client:
		return console.Refuse(exit.Usage, "rdnsproxy check --client ADDR --from LIST", "--from needs --self or --client")
	case f.Client.From != nil && *f.Client.From == "":
		return console.Refuse(exit.Usage, "--from takes the text between the quotes of from=\"...\"",
			"the --from list is empty")
	case client && (f.Zones.Given() || f.Sources.Given()):
		return console.Refuse(exit.Usage, "use one or the other", "%s", clientAlone)
	case f.Zones.Key != "" && len(f.Zones.Transfers) == 0:
		return console.Refuse(exit.Usage, "rdnsproxy check --axfr ZONE@SERVER --tsig-file FILE", "--tsig-file needs --axfr")
	case f.Zones.Offline && !f.Zones.Given():
		return console.Refuse(exit.Usage, "rdnsproxy check --zone FILE --offline", "--offline needs --zone or --axfr")
	case len(f.Sources.FromFile) == 0 && len(f.Sources.Column)+len(f.Sources.Field) > 0:
		return console.Refuse(exit.Usage, "rdnsproxy check --from-file FILE --column NAME", "--column and --field need --from-file")
	case len(f.Sources.Column) > 0 && len(f.Sources.Field) > 0:
		return console.Refuse(exit.Usage, "use one or the other",
			"--column is for a table, --field for JSON Lines: a file is only one of them")
	case len(f.Sources.Column) > 2, len(f.Sources.Field) > 2:
		return console.Refuse(exit.Usage, "name one, or two for pairs of a name and an address",
			"--column and --field take at most two names, not %d", len(f.Sources.Column)+len(f.Sources.Field))
	case twice(f.Inputs(), "-"):
		return console.Refuse(exit.Usage, "write one of them into a file", "stdin cannot be read twice")
	case f.PrintKnownHosts && (f.Output != "" || f.given("format")):
		return console.Refuse(exit.Usage, "remove --format and --output, and redirect stdout",
			"--print-known-hosts cannot be combined with --format or --output")
	case f.PrintConfig && (f.Output != "" || f.given("format")):
		return console.Refuse(exit.Usage, "remove --format and --output, and redirect stdout",
			"--print-config cannot be combined with --format or --output")
	case f.given("sshd-config") && missing(f.SSHDConfig):
		return console.Refuse(exit.Usage, "--sshd-config takes the sshd_config of this machine's sshd, or none",
			"--sshd-config: %s does not exist", console.Quoted(f.SSHDConfig))
	case len(f.Compare) > 1:
		return console.Refuse(exit.Usage, "", "--compare takes one DNS server, not %d", len(f.Compare))
	}
	for _, key := range f.ExpectKeys {
		if !hostsfile.IsFingerprint(key) {
			return console.Refuse(exit.Usage, "'ssh-keygen -lf FILE' prints it: SHA256: and 43 characters",
				"%s is not a fingerprint", console.Quoted(key))
		}
	}
	return nil
}

// twice reports whether a word is more than once in a list.
func twice(list []string, word string) bool {
	i := slices.Index(list, word)
	return i >= 0 && slices.Contains(list[i+1:], word)
}
