// Package limits holds the bounds of everything that a stranger or a long list of targets
// can make grow. 'rdnsproxy help limits' prints them from the same constants.
//
// It is a leaf that every room may import, so that each bound is written once.
package limits

import (
	"strconv"
	"time"
)

// Bounds for one target.
const (
	// Addresses is how many addresses of a target are checked and dialed. Their number is
	// up to the operator of the name's zone.
	Addresses = 64

	// PTRNames is how many PTR names of an address are checked, as in Exim and RFC 8601,
	// section 3. Their number is up to a stranger, and each costs a query.
	PTRNames = 10

	// Tickets is how many principals that Kerberos may be asked for are told, of a target with
	// many addresses and names. It is also how many other names are looked up for that.
	Tickets = 20

	// Questions is how many DNS questions are asked about the names and addresses of a
	// target: enough for all addresses that are checked, with one PTR name each.
	// QuestionsAtOnce is how many are outstanding, so that one target does not hold up all
	// others.
	Questions       = 160
	QuestionsAtOnce = 16

	// SSHTime is how long ssh -G may take. It takes milliseconds, but a command of Match
	// exec may wait for something.
	SSHTime = 20 * time.Second

	// CommandTime is how long a run of KnownHostsCommand may take. There are two for each
	// address.
	CommandTime = 10 * time.Second

	// Penalty is how much of sshd's penalty for connections without a login all runs of
	// this user together cause at one address and port. Each connection costs one second,
	// which decays by itself. From 15 s on sshd refuses.
	Penalty = 10 * time.Second

	// ProxyTime is how long a proxy may take for its answers once it is connected, however
	// slowly they come, if ConnectTimeout is not shorter: about as long as the kernel waits for
	// a host. ProxyAnswer is how long they may be, in bytes.
	ProxyTime   = 2 * time.Minute
	ProxyAnswer = 16 << 10

	// TargetTime is how long all the work on a target may take, unless --target-timeout
	// is given.
	TargetTime = 30 * time.Second
)

// Bounds for one run.
const (
	// Targets is how many targets a run accepts that has to know all of them: for
	// --known-hosts, --print-config, --print-known-hosts, or a format that keeps all results.
	// Elsewhere they are read while others are checked, and their number has no bound.
	Targets = 100_000

	// ListLine is the length of a line of a list of targets, in bytes.
	ListLine = 4096

	// ResultLine is the length of a line of results that are read back, in bytes.
	ResultLine = 16 << 20

	// Counted is how many reverse zones, and how many of their operators, the format summary
	// counts one by one.
	Counted = 65536

	// RangeAddresses is how many addresses of a range are asked about: those of an IPv4 /8.
	// More would cost nothing here, but much at those who answer. Of larger ranges of IPv6,
	// the reverse tree is walked, and WalkQuestions is how many questions that may take.
	RangeAddresses = 1 << 24
	WalkQuestions  = 1 << 20

	// ZoneRecords is how many records the zones of a run have, which are in memory: about
	// 350 bytes each. ZoneFiles is how many files they are in, with those that they include,
	// and ZoneRecord the length of a record as written, in bytes.
	ZoneRecords = 4_000_000
	ZoneFiles   = 4096
	ZoneRecord  = 64 << 10

	// TableRow is the length of a row of a table, in bytes, and JSONLine that of a line of JSON
	// Lines, and of the variables of a host in an inventory. Inventory is how many hosts that has.
	TableRow  = 1 << 20
	JSONLine  = 1 << 20
	Inventory = 1_000_000

	// Jobs is how many targets are checked at once, unless --jobs is given, and MostJobs is
	// the largest value of --jobs. A run keeps these targets in memory besides its list.
	Jobs     = 256
	MostJobs = 4096

	// Window is how many targets are between being read and being reported. One that takes
	// long holds back the report on those after it, and they are kept until then.
	Window = 8192

	// KnownHosts is the size up to which a known_hosts file is kept in memory, about
	// 150,000 lines, and of its longest line. Revocations is the size of a file of
	// RevokedHostKeys, as in ssh itself.
	KnownHosts  = 16 << 20
	Revocations = 128 << 20

	// HashedNames is how many times a name is tried on a hashed line of known_hosts, which
	// takes about a microsecond each. A long list and a long file would take hours.
	HashedNames = 500_000

	// Memory is how many bytes a run with many targets uses before it collects garbage more
	// often, beside the zones that it keeps. GOMEMLIMIT overrides it.
	Memory = 512 << 20

	// Answers is how many DNS answers a run caches for their TTL, and AnswerTime how long at
	// most.
	Answers    = 16384
	AnswerTime = time.Hour

	// LaneWindow is how many questions are outstanding at one DNS server when very many are
	// asked, and LaneRate how many it is asked a second, unless it is on this machine.
	// LaneJobs is how many targets have questions outstanding.
	LaneWindow = 1024
	LaneRate   = 1000
	LaneJobs   = 16384

	// FailureTime is how long a failed question is not asked again when very many are asked
	// (RFC 9520, section 3.2, wants at least one second).
	FailureTime = 5 * time.Second
)

// Bounds for what the relay keeps for the next login, in the user's cache directory.
const (
	// CacheFiles is how many addresses are kept, with a file each, and CacheRecord the size
	// of such a file, in bytes: who has the reverse zone decides how much there is to keep.
	CacheFiles  = 4096
	CacheRecord = 8192

	// CacheTime is how long an answer is kept at most, CacheAbsence how long one that says
	// that there is nothing (RFC 2308, section 5, allows up to three hours), and CacheFailure
	// how long no login waits for a lookup that has failed.
	CacheTime    = time.Hour
	CacheAbsence = 15 * time.Minute
	CacheFailure = time.Minute

	// CacheHosts is of how many hosts at one address --policy strict may use what is kept.
	CacheHosts = 16
)

// Bounds for the question of --policy ask.
const (
	// AskTries is how many answers are read.
	AskTries = 10

	// AskTurn is how long a login waits until the question of another one on the same
	// terminal is answered.
	AskTurn = 2 * time.Minute
)

// Bounds for the audit of a log. What is beyond them is counted as a whole, and the report
// says so.
const (
	// VouchTime is how long ssh waits for known-hosts, its KnownHostsCommand.
	VouchTime = 3 * time.Second

	// LogLine is how much of a line is parsed, in bytes; the rest is skipped. LogName is how
	// much of a name in it is kept.
	LogLine = 64 << 10
	LogName = 256

	// LogRepeat is the largest N of "message repeated N times" that is believed.
	LogRepeat = 1_000_000

	// LogClaims is how many addresses are looked at in a message that may be forged.
	LogClaims = 8

	// AuditWindow is how many lines of sshd's on its host a connection may be silent before
	// its next line counts as another connection's. Up to MaxStartups connections, 100 by
	// default, interleave before they are authenticated.
	AuditWindow = 4096

	// AuditWindowAll is the same in lines of all hosts together: how many connections are
	// remembered, however many hosts the log names.
	AuditWindowAll = 262_144

	// AuditClients is how many clients are counted one by one. Those that logged in, or had
	// an authorized key, are never left out.
	AuditClients = 1_000_000

	// AuditNamed is of how many of them the PTR names are kept: whoever has a reverse zone can
	// have long ones, and many.
	AuditNamed = 131_072

	// AuditHosts is how many logging hosts are told apart: syslog that comes over a network
	// can be spoofed.
	AuditHosts = 16384

	// AuditUsers is of how many users the names are kept with the clients that asked for them in
	// vain. They are users that the servers know, but who spoofs syslog can name any.
	AuditUsers = 65536

	// AuditNames is how many names are kept that no sample holds, before they are dropped.
	AuditNames = 65536

	// AuditHours is how many hours a timeline has before it goes by days. It goes by five
	// minutes as long as there are fewer of these than a tenth of that: five weeks.
	AuditHours = 100_000

	// AuditSample is how many names a sample has, of users, PTR names, forgeries; and
	// AuditClientHosts is how many hosts are listed for a client.
	AuditSample      = 8
	AuditClientHosts = 8

	// AuditReported is how many clients, and how many connections, are listed in a report.
	AuditReported = 10_000

	// AuditJudged is how many clients' mappings are looked up again, and AuditJudging how
	// long that takes at most, unless --dns-limit and --dns-budget are given.
	AuditJudged  = 1000
	AuditJudging = 30 * time.Second

	// AuditQueue is how many clients wait to be looked up with --follow.
	AuditQueue = 1000
)

// Bounds for rdnsproxy_exporter. Whoever reaches its port decides how much there is to do.
const (
	// Probes is how many checks run at once, unless --probe.concurrency is given, and
	// ProbeQueue how many wait, unless --probe.queue is. With 10,000 targets a minute, 835 run
	// at once when DNS is dead and each takes five seconds.
	Probes     = 1024
	ProbeQueue = 4096

	// ProbeTime is the longest time limit of a module.
	ProbeTime = 5 * time.Minute

	// ProbeAddresses is how many addresses of a target have series: each is a label that the
	// operator of its zone chooses, with some 30 series.
	ProbeAddresses = 16

	// Answering is how many answers are made at once, before each is sent, and how many probes
	// with debug=true are: their answers are long.
	Answering = 16

	// Stall is how long an HTTP client may take to send the body of a request, and to read an
	// answer.
	Stall = 10 * time.Second

	// Results is how many results are cached, and ResultBytes about how many bytes they have
	// together.
	// ResultAge is the longest max_age of a module.
	Results     = 65536
	ResultBytes = 128 << 20
	ResultAge   = 24 * time.Hour

	// ModulesFile is the size of a modules file, in bytes, Modules how many modules it has, and
	// AllowRules how many rules an allow-list.
	ModulesFile = 1 << 20
	Modules     = 256
	AllowRules  = 10_000
)

// A Limit is one row of 'rdnsproxy help limits'.
type Limit struct {
	Of     string // what is bounded
	Most   string // the bound, with its unit
	Beyond string // what happens beyond it
}

// A Group is the limits of one thing.
type Group struct {
	Of     string
	Limits []Limit
}

// Table lists all limits. Those of the process are this process's own.
func Table() []Group {
	return []Group{
		{"one target", []Limit{
			{"addresses", count(Addresses), "the rest is ignored, and a notice says so"},
			{"PTR names per address", count(PTRNames), "the rest is ignored, and a notice says so"},
			{"Kerberos principals", count(Tickets), "the rest is left out"},
			{"DNS queries", count(Questions), "the rest is skipped, and a finding says so"},
			{"DNS queries at once", count(QuestionsAtOnce), "the others wait"},
			{"time of an ssh -G", span(SSHTime), "killed; its settings count as unreadable"},
			{"KnownHostsCommand", span(CommandTime), "killed; hostkey.unevaluated says so"},
			{"rdnsproxy known-hosts", span(VouchTime), "nothing vouches for the key (--check-timeout)"},
			{"penalty at one sshd", span(Penalty), "check waits, or skips the host (ssh.skipped)"},
			{"answers of a proxy", span(ProxyTime) + ", " + count(ProxyAnswer>>10) + " KiB", "the connection fails (--connect-timeout)"},
			{"time", span(TargetTime), "target.cut-short says so (--target-timeout)"},
		}},
		{"one run", []Limit{
			{"targets", "none", "but " + count(Targets) + " with --known-hosts, --print-... or --format prometheus"},
			{"line of a list", count(ListLine) + " bytes", "input.invalid says so; the other lines are checked"},
			{"line of results", count(ResultLine>>20) + " MiB", "the file is refused (--merge, --resume)"},
			{"zones in a summary", count(Counted), "the rest counts as one"},
			{"addresses of a range", count(RangeAddresses), "refused if IPv4; the reverse tree of IPv6 is walked"},
			{"questions of such a walk", count(WalkQuestions), "the walk ends there, and walk.incomplete says so"},
			{"records of zones", count(ZoneRecords), "refused"},
			{"files of zones", count(ZoneFiles), "refused"},
			{"record in a zone file", count(ZoneRecord>>10) + " KiB", "refused"},
			{"row of a table", count(TableRow>>10) + " KiB", "the table ends there"},
			{"line of JSON Lines", count(JSONLine>>10) + " KiB", "input.invalid says so; the other lines are checked"},
			{"hosts of an inventory", count(Inventory), "refused"},
			{"targets at once", count(Jobs), "the others wait (--jobs, at most " + count(MostJobs) + ")"},
			{"targets in memory", count(Window), "no more are read until one is reported"},
			{"known_hosts in memory", count(KnownHosts>>20) + " MiB", "a larger file is read again for each host"},
			{"RevokedHostKeys", count(Revocations>>20) + " MiB", "the key is refused, as ssh does"},
			{"tries at hashed names", count(HashedNames), "the rest stay unnamed, and a notice says so"},
			{"memory", count(Memory>>20) + " MiB", "the run gets slower; GOMEMLIMIT sets it"},
			{"DNS answers cached", count(Answers), "some are dropped, and looked up again"},
			{"failed DNS question", span(FailureTime), "asked again only then, where many are asked"},
			{"questions at a DNS server", count(LaneWindow), "the others wait"},
			{"and a second, in bulk", count(LaneRate), "the others wait; no limit on this machine"},
			{"targets asked about", count(LaneJobs), "the others wait"},
			{"age of a cached answer", span(AnswerTime), "looked up again, as after its TTL"},
		}},
		{"what the relay keeps (rdnsproxy cache)", []Limit{
			{"addresses", count(CacheFiles), "the oldest is dropped"},
			{"names of an address", count(CacheRecord>>10) + " KiB", "the address is not kept"},
			{"age of an answer", span(CacheTime), "looked up again, as after its TTL"},
			{"of NXDOMAIN and no data", span(CacheAbsence), "looked up again, as after the SOA's minimum"},
			{"of a failed lookup", span(CacheFailure), "waited for again"},
			{"hosts with one address", count(CacheHosts), "under strict, the oldest is looked up again"},
		}},
		{"a question of --policy ask", []Limit{
			{"answers", count(AskTries), "refused, as after no"},
			{"wait for another question", span(AskTurn), "refused, as by strict"},
		}},
		{"rdnsproxy_exporter", []Limit{
			{"checks at once", count(Probes), "the others wait (--probe.concurrency)"},
			{"checks that wait", count(ProbeQueue), "refused with 503 (--probe.queue)"},
			{"time of a probe", span(ProbeTime), "a module with a longer timeout is refused"},
			{"HTTP connections, requests", count(Scrapes()), "closed at once"},
			{"answers made at once", count(Answering), "the others wait"},
			{"body sent, or answer read", span(Stall), "the connection is closed"},
			{"addresses with series", count(ProbeAddresses), "only the worst have series"},
			{"results cached", count(Results) + " (" + count(ResultBytes>>20) + " MiB)", "the least recently used are dropped"},
			{"age of a result", span(ResultAge), "a module with a longer max_age is refused"},
			{"modules file", count(ModulesFile>>10) + " KiB", "refused"},
			{"modules", count(Modules), "the file is refused"},
			{"rules of an allow-list", count(AllowRules), "the file is refused"},
		}},
		{"one audit of logs; caps.reached says which was not enough", []Limit{
			{"line", count(LogLine>>10) + " KiB", "the rest is skipped"},
			{"repeated N times", count(LogRepeat), "a larger N counts as that many"},
			{"clients", count(AuditClients), "the rest counts as one; who logged in is kept"},
			{"clients with PTR names", count(AuditNamed), "the names of the rest are forgotten"},
			{"servers that log", count(AuditHosts), "the rest counts as one"},
			{"users asked for in vain", count(AuditUsers), "the rest counts without names"},
			{"connections", count(AuditWindowAll), "the oldest is over"},
			{"lines between its lines", count(AuditWindow), "the connection counts as over"},
			{"hours", count(AuditHours), "counted by days; five-minute steps become hours after five weeks"},
			{"clients in a report", count(AuditReported), "the rest is only counted"},
			{"clients looked up", count(AuditJudged), "the rest is not (--dns-limit)"},
			{"time of these lookups", span(AuditJudging), "the rest is not (--dns-budget)"},
		}},
		{"this process, within its limit of open files (ulimit -n)", []Limit{
			{"SSH connections at once", count(Connections()), "the others wait"},
			{"DNS over TCP at once", count(Streams()), "the others wait"},
			{"getent, ssh -G at once", count(Programs()), "the others wait"},
		}},
	}
}

// count formats a number for people: 100,000.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// span formats a duration in its largest whole unit: 1 h.
func span(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) + " s"
}
