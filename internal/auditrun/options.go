package auditrun

import (
	"time"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/sshconf"
	"rdnsproxy/sshdlog"
)

// Options say what to read, whom to look up, and how to report it. A program that reports
// starts from Defaults.
type Options struct {
	target.Options // of these: Resolvers, HostsFile, CheckTimeout, Quiet, Verbose

	Names      []string // files, directories, - for stdin; if empty, this machine's log
	Journal    bool     // read the journal too, through journalctl
	JournalDir string   // the directory of that journal; if empty, this machine's
	Input      sshdlog.Framing
	Tags       []string       // other names of sshd in the log
	Since      time.Time      // only connections whose last line is not before this; zero: all
	Until      time.Time      // and not after this; zero: all
	Year       int            // of the log's last line, if its stamps have none; 0: found out
	Zone       *time.Location // of stamps without one; if nil, this machine's

	DNS       DNS           // whose names are looked up now
	DNSLimit  int           // of how many addresses at most, if DNS is Relevant
	DNSBudget time.Duration // how long that may take

	Only         tally.Filter // count only these, and list their connections
	UnknownUsers bool         // show the names of users that the servers do not know
	Anonymize    bool         // replace addresses and names by labels

	SSHDConfig string // this machine's, for UseDNS and AllowUsers; "none" reads nothing

	Format string // a name of auditreport.Formats
	Output string // the file that the report goes to, whole or not at all; if empty, stdout
	Color  console.ColorMode
	FailOn check.Severity // the lowest severity that makes the exit status 1; above check.Error: none

	Follow bool // go on reading, and write a line for each new finding
	Merge  bool // Names are tallies, in the order of the log
}

// DNS says whose names are looked up now.
type DNS string

// The choices.
const (
	Relevant DNS = "relevant" // those who logged in or nearly did, and those with a complaint, up to a limit
	All      DNS = "all"
	None     DNS = "none"
)

// DNSChoices lists them.
func DNSChoices() []DNS { return []DNS{Relevant, All, None} }

// Defaults returns the options of an audit without any flags.
func Defaults() Options {
	return Options{
		Options:    target.Defaults(),
		DNS:        Relevant,
		DNSLimit:   limits.AuditJudged,
		DNSBudget:  limits.AuditJudging,
		SSHDConfig: sshconf.ServerConfig,
		Format:     auditreport.DefaultFormat,
		Color:      console.ColorAuto,
		FailOn:     check.Warning,
	}
}
