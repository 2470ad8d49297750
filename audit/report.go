package audit

import (
	"net/netip"
	"time"

	"rdnsproxy/check"
)

// Schema is the version of the shape of a Report in JSON. Fields may be added under it,
// never renamed.
const Schema = 1

// Report is a judged log, from which every output format is made. It can be written to JSON
// and read back. All texts in it are safe to print.
type Report struct {
	Schema    int            `json:"schema"`
	Kind      string         `json:"kind"` // "audit"
	Severity  check.Severity `json:"severity"`
	Headline  string         `json:"headline"`  // the answer in one sentence
	Generated time.Time      `json:"generated"` // UTC
	Version   string         `json:"version,omitempty"`

	Inputs         []Input   `json:"inputs"`
	Only           []string  `json:"only,omitempty"` // what alone is counted, in words
	Time           Span      `json:"time"`
	Hosts          []Host    `json:"hosts"`
	Totals         Totals    `json:"totals"`
	Timeline       Timeline  `json:"timeline"`
	ThenNow        []ThenNow `json:"then_now"`
	Zones          []Zone    `json:"zones"`
	Clients        []Client  `json:"clients"`
	ClientsOmitted int64     `json:"clients_omitted,omitempty"`
	Connections    []Conn    `json:"connection_list,omitempty"` // with --client, --user or --host
	Forgeries      []Forgery `json:"forgeries,omitempty"`
	Findings       []Finding `json:"findings"`
	Judged         Judged    `json:"judged"`
	Timings        Timings   `json:"timings"`

	marked string // the headline with marks; empty: the report is not from Judge
}

// Input is one file, journal or stream that was read.
type Input struct {
	Name    string     `json:"name"`
	Framing string     `json:"framing"` // rfc3164, rfc3339, journal-json, ...; the most frequent one
	Trust   string     `json:"trust"`   // root, unknown, local, stranger: the lowest
	Bytes   int64      `json:"bytes"`
	Lines   int64      `json:"lines"`
	SSHD    int64      `json:"sshd_lines"`
	Unread  int64      `json:"unread"`                  // of these: messages of no known form, with an address in them
	Shapes  []string   `json:"unread_shapes,omitempty"` // how the first of them begin, at most 3
	Cut     int64      `json:"cut"`                     // messages that may have lost their end
	First   *time.Time `json:"first"`
	Last    *time.Time `json:"last"`
	Error   string     `json:"error,omitempty"`   // why it was not read, or not to its end
	Denied  bool       `json:"denied,omitempty"`  // this user has no permission to read it
	Assumed []string   `json:"assumed,omitempty"` // what its stamps lack: year, zone
	Partial bool       `json:"partial,omitempty"` // a journal of which this user may see only a part
}

// Span is the time that the log covers.
type Span struct {
	First   *time.Time `json:"first"`
	Last    *time.Time `json:"last"`
	Zone    string     `json:"zone"`              // of stamps that have none
	Assumed []string   `json:"assumed"`           // what does not stand in the log: year, zone
	YearBy  string     `json:"year_by,omitempty"` // where the year is from, if it was assumed: "the file's date"
}

// Host is one machine that logged.
type Host struct {
	Name        string     `json:"name"`
	Connections *int64     `json:"connections"` // null: the log has no pids
	Logins      int64      `json:"logins"`
	UseDNS      string     `json:"usedns"` // on, past, off, unknown
	First       *time.Time `json:"usedns_first,omitempty"`
	Last        *time.Time `json:"usedns_last,omitempty"`
	Proofs      int64      `json:"proofs"`

	// How long logins waited for the server's lookups; null: not in this log (LogLevel VERBOSE).
	WaitMedian  *float64 `json:"wait_median_seconds"`
	WaitLongest *float64 `json:"wait_longest_seconds"`
}

// Reading is what a client's lines amount to. The log alone decides it, never DNS.
type Reading string

// The readings.
const (
	People   Reading = "people"   // logged in, with few failures
	Mixed    Reading = "mixed"    // logged in, and failed more often than that
	Refused  Reading = "refused"  // never logged in, but offered an authorized key, or is a known user
	Guessing Reading = "guessing" // tried and failed
	Passing  Reading = "passing"  // never tried
)

// Row is one row of the table of readings.
type Row struct {
	Addresses   int64 `json:"addresses"`
	Connections int64 `json:"connections"`
	BadlyMapped int64 `json:"badly_mapped"`
	Failed      int64 `json:"failed"`
	Logins      int64 `json:"logins"`
}

// Totals are sums over clients.
type Totals struct {
	ByReading   map[Reading]Row `json:"by_reading"` // all five
	BadlyMapped Row             `json:"badly_mapped"`

	// BadlyByReading has the part of each reading whose addresses had a complaint about their
	// mapping: the parts sum up to BadlyMapped, and subtracted from ByReading they give the others.
	BadlyByReading map[Reading]Row `json:"badly_mapped_by_reading"` // all five

	Dropped      int64 `json:"dropped"`
	Unattributed int64 `json:"unattributed"`
	Forged       int64 `json:"forged"`
	Others       int64 `json:"others"` // addresses beyond the bound, counted in no reading
}

// Timeline has one element per step of time in each of its lists.
type Timeline struct {
	StepSeconds int64   `json:"step_seconds"`
	Start       []int64 `json:"start"` // seconds since 1970; steps without anything are left out
	Mapping     []int64 `json:"mapping"`
	Failed      []int64 `json:"failed"`
	Logins      []int64 `json:"logins"`
	Dropped     []int64 `json:"dropped"`
}

// Change is what became of a complaint about a mapping.
type Change string

// The changes.
const (
	Still        Change = "still"
	Fixed        Change = "fixed"
	Removed      Change = "removed" // there is no PTR record any more
	New          Change = "new"     // none then, a bad one now
	Undetermined Change = "unknown" // DNS did not answer
	Skipped      Change = "skipped" // not asked
	Unchanged    Change = "fine"    // none then, none now
)

// ThenNow is one cell of what was said then and what is true now.
type ThenNow struct {
	Then      string `json:"then"` // none, failed, mismatch, numeric, missing, named
	Change    Change `json:"change"`
	Addresses int64  `json:"addresses"`
	Logins    int64  `json:"logins"`
}

// Zone is one reverse zone whose clients are badly mapped and log in.
type Zone struct {
	Zone      string       `json:"zone"`
	Keeper    string       `json:"keeper,omitempty"` // the SOA's mailbox, as an address
	Addresses int64        `json:"addresses"`
	Logins    int64        `json:"logins"`
	Clients   []netip.Addr `json:"clients"` // at most 10
}

// Client is one address and what it did.
type Client struct {
	Address     netip.Addr     `json:"address"`
	Label       string         `json:"label,omitempty"` // if anonymized: instead of the address
	Net         string         `json:"net,omitempty"`   // if anonymized: instead of its /24 or /64
	Family      string         `json:"family"`          // ipv4 or ipv6
	Reading     Reading        `json:"reading"`
	Unproven    bool           `json:"unproven,omitempty"` // any client can have written all lines about it
	Hosts       []string       `json:"hosts"`
	First       *time.Time     `json:"first"`
	Last        *time.Time     `json:"last"`
	Connections *int64         `json:"connections"`
	BadlyMapped int64          `json:"badly_mapped"`
	Logins      int64          `json:"logins"`
	Failed      int64          `json:"failed"`
	UnknownUser int64          `json:"unknown_user"`
	RefusedKey  int64          `json:"refused_key"`
	RefusedCert int64          `json:"refused_certificate,omitempty"` // of these, certificates whose own source-address refused
	NotAllowed  int64          `json:"not_allowed"`
	Dropped     int64          `json:"dropped"`
	Unsure      int64          `json:"unsure"`
	LoginWait   *float64       `json:"login_wait_seconds"` // null: not in this log
	Users       Names          `json:"users"`
	LoggedIn    Names          `json:"logged_in"`
	Refused     Names          `json:"refused"`  // users with an authorized key from the wrong place, or not allowed
	Required    Names          `json:"required"` // the from= lists that refused it
	FirstLogin  *Login         `json:"first_login"`
	Then        Then           `json:"then"`
	Now         *check.Address `json:"now"` // null: not asked
	Change      Change         `json:"change"`
	NameChanged bool           `json:"name_changed,omitempty"`
}

// Login is a client's first login, and what it did before.
type Login struct {
	Time         *time.Time `json:"time"`
	Host         string     `json:"host"`
	User         string     `json:"user"`
	FailedBefore int64      `json:"failed_before"` // attempts
	UsersBefore  int        `json:"users_before"`  // about how many users it asked for

	// Unordered says that some of these came later: what precedes goes by the order of reading,
	// and the logs of several servers were read one by one.
	Unordered bool `json:"unordered,omitempty"`
}

// Names is a set of names: all, or a fair sample of them.
type Names struct {
	Names []Name `json:"names"`
	About int    `json:"about"` // how many there are; exact if all are in Names
}

// Name is a name and how many connections had it.
type Name struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
	At    string `json:"at,omitempty"` // of a from= list: FILE:LINE of its key, as sshd names it
}

// Then is what the log says about a client's name.
type Then struct {
	Kind      string `json:"kind"` // none, failed, mismatch, numeric, missing, named
	NameFirst string `json:"name_first"`
	NameLast  string `json:"name_last"`
	Names     Names  `json:"names"`
}

// Conn is one connection.
type Conn struct {
	Host     string     `json:"host"`
	PID      uint32     `json:"pid"`
	Address  netip.Addr `json:"address"`
	Port     uint16     `json:"port"`
	First    *time.Time `json:"first"`
	Last     *time.Time `json:"last"`
	Mapping  string     `json:"mapping"`
	Name     string     `json:"name,omitempty"`
	User     string     `json:"user,omitempty"`
	LoggedIn bool       `json:"logged_in"`
	Failed   int64      `json:"failed"`
	Outcome  string     `json:"outcome"`
}

// Forgery is a message that names another address than its connection's.
type Forgery struct {
	Host   string     `json:"host"`
	Time   *time.Time `json:"time"`
	Client netip.Addr `json:"client,omitzero"`
	Text   string     `json:"text"`
}

// Finding is a finding of check's shape, and the servers that it is about.
type Finding struct {
	check.Finding
	Hosts []string `json:"hosts,omitempty"`
	Label string   `json:"label,omitempty"` // if anonymized: the client's, instead of the address

	marked *markedTexts // nil: the report is not from Judge
}

// Judged is how many addresses were judged again.
type Judged struct {
	Addresses int64 `json:"addresses"` // asked about now
	Of        int64 `json:"of"`        // all addresses in the log
	Limit     int64 `json:"limit"`     // 0: none was set
}

// Timings are how long it took, in seconds.
type Timings struct {
	Read  float64 `json:"read_seconds"`
	Judge float64 `json:"judge_seconds"`
}
