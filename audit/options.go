package audit

import (
	"iter"
	"time"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// Counted is a finished tally of a log; *tally.Tally is one.
type Counted interface {
	Summary() *tally.Summary
	Clients() iter.Seq[*tally.Client]
}

// Options are what a Report needs beside the tally and what is true now. The zero value
// works: the report then lacks what it would say.
type Options struct {
	Generated time.Time    // when the report was made
	Version   string       // of the program
	Inputs    []Input      // what was read
	Only      []string     // what the tally was bounded to, in words: "client 203.0.113.7"; empty: it counts all
	Asked     tally.Filter // the names among that; the zero Filter asks for all
	Time      Span         // First and Last are the tally's if they are nil
	Server    Server       // what an sshd_config says
	Judged    Judged       // how many clients were looked up, and which bound was set
	Timings   Timings
}

// Server is what one server's configuration says about the names of clients.
type Server struct {
	Host   string        // its name in the log; empty: that of the only host in the log
	UseDNS check.Setting // the zero Setting if it is not set, or not known
	ByName []Rule        // rules that can go by a client's name
}

// Rule is a rule of sshd_config that can go by a client's name.
type Rule struct {
	Keyword string // as sshd_config(5) spells it: AllowUsers, DenyUsers, Match Host
	Pattern string // user@host of AllowUsers and DenyUsers, the pattern list of Match Host
	Origin  string // "file:line"; safe to print
}

// words shows the rule, and where it is. What others wrote is quoted.
func (r *Rule) words() string {
	return r.Keyword + ` "` + quoteMark.shown(safetext.Of(r.Pattern).String()) + `" (` + fileMark.on(r.Origin) + ")"
}

// of reports whether the configuration is that of a host of the log, which has n hosts.
func (s *Server) of(host string, n int) bool {
	return s.Host == host || s.Host == "" && n == 1
}

// known reports whether anything is known about the configuration.
func (s *Server) known() bool { return s.UseDNS != (check.Setting{}) || len(s.ByName) > 0 }
