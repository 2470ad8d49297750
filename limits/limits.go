// Package limits is the one place for what a run may cost: whatever a stranger,
// or a long list of targets, can make grow has its bound here, and 'rdnsproxy
// help limits' prints them from the same constants.
//
// It is a leaf that every room may import, so that a bound is written down once.
package limits

import (
	"strconv"
	"time"
)

// What one target may cost.
const (
	// Addresses is how many addresses of a target are looked at, and dialed:
	// whoever keeps the name's zone decides how many there are.
	Addresses = 64

	// PTRNames is how many PTR names of an address are looked at (as Exim and
	// RFC 8601, section 3, do): the set is a stranger's, and each costs a query.
	PTRNames = 10

	// Questions is how many questions to DNS the names and addresses of a target
	// may cost. It is enough for as many addresses as are looked at, with one PTR
	// name each. QuestionsAtOnce is how many of them are outstanding: the rest
	// waits, so that one target's questions do not hold up all others'.
	Questions       = 160
	QuestionsAtOnce = 16

	// SSHTime is how long an ssh -G may take. It takes milliseconds, but what a
	// Match exec runs may wait for somebody.
	SSHTime = 20 * time.Second

	// CommandTime is how long a run of KnownHostsCommand may take, of which there are
	// two for an address.
	CommandTime = 10 * time.Second

	// Penalty is how much of sshd's penalty for connections without a login (one
	// second each, which run off by themselves) is caused at one address and port,
	// by all runs of this user together. From 15 s on sshd refuses.
	Penalty = 10 * time.Second

	// TargetTime is how long all the work on a target may take where
	// --target-timeout is not given.
	TargetTime = 30 * time.Second
)

// What one run may cost.
const (
	// Targets is how many targets one run takes: all are read, and ssh's
	// configuration applied to each, before the first is asked about.
	Targets = 100_000

	// Jobs is how many targets are looked at at once where --jobs is not given,
	// and MostJobs is what --jobs can make it. What is in flight is what a run
	// keeps in memory besides its list of targets.
	Jobs     = 256
	MostJobs = 4096

	// KnownHosts is how many bytes of a known_hosts file are held in memory, about
	// 150,000 lines, and how long any of its lines may be. Revocations is how long a
	// file of RevokedHostKeys may be, as for ssh itself.
	KnownHosts  = 16 << 20
	Revocations = 128 << 20

	// HashedNames is how many times a name is tried on a hashed line of known_hosts,
	// each about a microsecond: a long list over a long file would else take hours.
	HashedNames = 500_000

	// Memory is how many bytes a run with many targets takes before it pays for
	// less with time. GOMEMLIMIT overrides it.
	Memory = 512 << 20

	// Answers is how many DNS answers a run remembers for as long as they hold,
	// AnswerTime how long at most.
	Answers    = 16384
	AnswerTime = time.Hour
)

// Limit is one row of 'rdnsproxy help limits'.
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

// Table lists every limit. Those of the process are this process's own.
func Table() []Group {
	return []Group{
		{"one target", []Limit{
			{"addresses", count(Addresses), "the rest is left out, and a notice says so"},
			{"PTR names per address", count(PTRNames), "the rest is left out, and a notice says so"},
			{"questions to DNS", count(Questions), "the rest is not asked, and a finding says so"},
			{"questions at once", count(QuestionsAtOnce), "the others wait"},
			{"time of an ssh -G", span(SSHTime), "ended; the configuration is unreadable"},
			{"KnownHostsCommand", span(CommandTime), "ended; hostkey.unevaluated says so"},
			{"penalty at one sshd", span(Penalty), "check waits, or looks at DNS only"},
			{"time", span(TargetTime), "cut short (--target-timeout)"},
		}},
		{"one run", []Limit{
			{"targets", count(Targets), "refused before anything is asked"},
			{"targets at once", count(Jobs), "the others wait (--jobs, at most " + count(MostJobs) + ")"},
			{"known_hosts kept", count(KnownHosts>>20) + " MiB", "read anew for each host"},
			{"RevokedHostKeys", count(Revocations>>20) + " MiB", "the key is refused, as by ssh"},
			{"tries at hashed names", count(HashedNames), "the rest stays unnamed, and a notice says so"},
			{"memory", count(Memory>>20) + " MiB", "then it runs slower; GOMEMLIMIT sets it"},
			{"DNS answers kept", count(Answers), "some are forgotten, and asked for again"},
			{"age of a kept answer", span(AnswerTime), "asked for again, as after its TTL"},
		}},
		{"this process, under its limit of open files (ulimit -n)", []Limit{
			{"SSH connections at once", count(Connections()), "the others wait"},
			{"DNS over TCP at once", count(Streams()), "the others wait"},
			{"getent, ssh -G at once", count(Programs()), "the others wait"},
		}},
	}
}

// count is a number as people read it: 100,000.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// span is a duration without the units that are zero: 1h.
func span(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) + " s"
}
