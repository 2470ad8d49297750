package tally

import (
	"net/netip"

	"rdnsproxy/sshdlog"
)

// Summary is what a finished Tally has counted, but for its clients, which Tally.Clients
// yields. Texts in it are as the log has them: unsafe to print.
type Summary struct {
	Messages     [sshdlog.Kinds]int64 // by kind
	First, Last  int64                // stamps, seconds since 1970; 0: none
	Step         int64                // seconds that an Hour covers: 300, or 3600 or 86400 in a longer log
	Hours        []Hour               // sorted by Start; those in which nothing was counted are left out
	Hosts        []Host               // sorted by Name
	Unsaid       int64                // connections that MaxStartups dropped without a line of their own; they are in no Hour
	Unattributed int64                // connections whose client no line names for sure
	Forged       int64                // messages that name another address than their connection's
	Forgeries    []Forgery            // a sample of them
	Others       Counts               // of the clients beyond limits.AuditClients
	OtherClients int64                // how many those are
	Connections  []Connection         // only if Options.Only asks for some: sorted by First, at most limits.AuditReported
	Reached      []Cap                // bounds that were reached
}

// Hour is what was counted in one step of time.
type Hour struct {
	Start                            int64 // seconds since 1970
	Mapping, Failed, Logins, Dropped int64
}

// Counts are sums over connections, or over the lines in them.
type Counts struct {
	Connections  int64    // 0 if no line could be told apart by pid
	BadlyMapped  int64    // connections with a complaint about the mapping
	ByMapping    [4]int64 // those by kind, from sshdlog.MapFailed on
	LoggedIn     int64    // connections that logged in
	LoggedInBad  int64    // connections that did both
	Tried        int64    // connections that tried to authenticate and failed
	UnknownUser  int64    // connections that asked for an unknown user
	Knocked      int64    // connections that never tried
	Failed       int64    // failed attempts
	Dropped      int64    // connections that the listener refused
	RefusedKey   int64    // authorized key or certificate, wrong place
	RefusedCert  int64    // of these, certificates whose own source-address refused; else it was from=
	NotAllowed   int64    // known users who may not log in
	Hostbased    int64    // host names that were not the claimed ones
	Unsure       int64    // messages whose address could be forged
	NamedMapping int64    // connections in which the server knew the client by a name
}

// Client is what one address did.
type Client struct {
	Addr netip.Addr
	Counts
	First, Last int64 // stamps; 0: none

	// Unproven says that only lines tell of it that any client can have written
	// (sshdlog.Stranger).
	Unproven bool

	Users    Sample // asked for in vain; names of unknown users only with Options.UnknownUsers
	LoggedIn Sample // users who logged in
	Refused  Sample // users with an authorized key, from the wrong place
	Denied   Sample // users who were not allowed
	Unlisted Sample // of these, users whom AllowUsers does not have, in connections with a complaint about the mapping
	Names    Sample // PTR names in complaints, or by which the server knew the client
	Required Sample // the from= lists that refused it
	Root     int64  // failed attempts as root

	NameFirst, NameLast string       // of Names, in log order
	Mapping             sshdlog.Kind // the last complaint's kind; Other: there was none

	Hosts     []string // where it was seen, sorted; at most limits.AuditClientHosts
	MoreHosts bool

	FirstLogin   Login
	FailedBefore int64 // failed attempts before FirstLogin, in log order
	UsersBefore  int   // about how many users it asked for before FirstLogin
	LastBefore   int64 // the latest stamp of FailedBefore; after FirstLogin if servers were read one by one
	LongestWait  int64 // microseconds from "Connection from" to the complaint; -1: not in this log
}

// Login is one login.
type Login struct {
	Time       int64
	Host, User string
}

// Sample is a set of names: all, with exact counts, if there are at most limits.AuditSample;
// a fair sample beyond that.
type Sample struct {
	Names []Count // sorted by descending N, then by Name, then by At
	About int     // how many distinct ones there were: exact if all are in Names, else an estimate
}

// Count is a name and how many connections had it.
type Count struct {
	Name string
	N    int64
	At   string // of a from= list: sshdlog.Event.At of its key; empty: not known
}

// Host is one machine that logged.
type Host struct {
	Name        string
	Messages    int64
	Connections int64
	Logins      int64
	First, Last int64
	Trust       [4]int64 // messages, by sshdlog.Trust
	LocalUIDs   []uint32 // of local users who logged as the server, sorted; at most limits.AuditSample

	// Proofs that the server looks up names of its clients (UseDNS yes): complaints about
	// mappings, and names where a server with UseDNS no would log an address.
	Complaints, Named       int64
	FirstProof, LastProof   int64
	From, UserHost, HostKey int64 // messages in which a name could decide: from=, AllowUsers user@host, hostbased

	// Waits are the times from "Connection from" to the complaint (LogLevel VERBOSE).
	Waits       int64
	MedianWait  int64 // microseconds, about
	LongestWait int64
}

// Connection is one connection of a client that Options.Only asks for.
type Connection struct {
	Host        string
	PID         uint32
	Addr        netip.Addr
	Port        uint16
	First, Last int64
	Mapping     sshdlog.Kind // Other: no complaint
	Name        string       // in the complaint, or by which the server knew the client
	User        string       // empty if unknown to the server
	LoggedIn    bool
	Failed      int64
	Outcome     sshdlog.Kind // the event that says most about it: Accepted, FromKey, NotAllowed, Failed, Scan, ...
}

// Forgery is a message that names another address than its connection's.
type Forgery struct {
	Host   string
	Time   int64
	Client netip.Addr // the connection's; zero if that is unknown
	Text   string     // without the names of unknown users, unless Options.UnknownUsers
}

// Cap is a bound that was reached, and what was left out because of it.
type Cap struct {
	Of   string // clients, clients with PTR names, hosts, connections, hours
	Most int64
	Left int64 // how many were left out; 0: not known
}
