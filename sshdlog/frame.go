package sshdlog

// Frame is one record of a log, without what its transport put around the message. The
// slices point into the line that was parsed, or into memory of the Parser that the next
// line overwrites.
type Frame struct {
	Host    []byte  // the machine that logged; empty if the framing has none
	Program Program // whose grammar the message follows
	PID     uint32  // 0: none
	Time    int64   // seconds since 1970, UTC; 0: no stamp, or one that cannot be read
	Micro   int32   // microseconds within Time; -1: the stamp has whole seconds only
	Local   bool    // the stamp has no zone: Time depends on Clock.Zone
	Msg     []byte  // what the program said

	// Cut is the length at which the message may have lost its end: a message that is as
	// long, or longer, is not known to be whole. Blanks at the end are taken off, and then
	// Cut says what was known before that.
	Cut int

	// Repeat is how often the transport says that the message came; at least 1. rsyslog says it
	// within the message, which ParseEvent reads.
	Repeat uint32

	Trust Trust  // who can have written the record
	UID   uint32 // of the process that logged, if Trust is Local
}

// Program is an SSH server whose messages can be read.
type Program uint8

// The programs.
const (
	SSHD Program = iota // OpenSSH: sshd, sshd-session, sshd-auth
	Dropbear
)

// Trust is who can have written a record.
type Trust uint8

// The levels of trust, from most to least.
const (
	// Root is for records that the journal proves to be from a process of root's.
	Root Trust = iota
	// Unknown is for syslog files: every local user can log under any name (logger -t
	// sshd), and the file does not say who did.
	Unknown
	// Local is for records that the journal proves to be from a process of another local
	// user. The session of a login is one too: ParseEvent tells these apart.
	Local
	// Stranger is for text in which a client can write whole lines: sshd -e and -E FILE,
	// which do not escape newlines.
	Stranger
)

// String returns the word for a level that reports use.
func (t Trust) String() string { return [...]string{"root", "unknown", "local", "stranger"}[t] }

// Found is what a line turned out to be.
type Found uint8

// What lines turn out to be.
const (
	NotFramed    Found = iota // nothing that a framing explains
	OtherProgram              // framed, and not the server's
	OK                        // the server's: the Frame is set
	// RepeatsLast is "last message repeated N times" (BSD syslogd): Host and Repeat are
	// set, and the message is that of the line before, if that was of this host.
	RepeatsLast
	// Continued is the beginning of a message that goes on in the next record (CRI's P).
	Continued
)
