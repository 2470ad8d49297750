// Package sshconf says what ssh's configuration holds for a host: what ssh -G
// prints, or openly that it could not be told; never something else.
//
// # How it reads
//
// Files that hold nothing but lines of well-known shapes, which most people's do,
// are read here in a fraction of a millisecond. For anything else ssh -G is asked,
// the only one to know. If it cannot be asked, an [UnevaluatedError] names the file,
// the line and the construct.
//
// # How to ask
//
// [Query.Lookup] answers for one host. [Query.Read] reads the files once for many,
// and [Query.Asker] prepares to ask ssh -G about keywords that are not read here.
// [ParseCommand] turns the command line of ssh, sftp or scp into Queries.
//
// It is a leaf: anyone who needs to know what ssh would do may import it. The
// caller reads the environment and the user database and hands over what it found.
package sshconf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/safetext"
)

// EvaluatingEnv is set to 1 in the environment of the ssh -G that is run from
// here, and so in that of a command of its Match exec. A program that finds it
// set sets Query.Evaluating, and nothing runs in circles.
const EvaluatingEnv = "RDNSPROXY_EVALUATING"

// Query is a question about one host.
type Query struct {
	Host      string // as typed (%n): Host blocks match it
	User      string // from the command line, if known; Args may say it as well, this comes first
	LocalUser string // who asks: ssh's default for user. If empty, ssh -G is asked where user is wanted
	Home      string // the user's directory by the user database: ssh looks there for its files
	EnvHome   string // $HOME: an Include of ~/x or of a relative path goes by it (glob(3)). If empty, ssh -G is asked about these

	// File is ssh's -F: "none" reads nothing, "" the user's file and the
	// system's. A -F in Args comes before it.
	File string

	// UserFile and SystemFile stand in for ~/.ssh/config and ssh's system-wide
	// file. If empty, these are read. ssh -G cannot be told of others, so with
	// either of them set it is never asked.
	UserFile, SystemFile string

	// Args are options that ssh itself was given, in its own order: they come
	// before the files. See ParseCommand.
	Args []string

	// Remote is the command, or with a -s in Args the subsystem, that ssh was
	// given: newer versions have criteria of Match that ask for it.
	Remote []string

	// Keywords, in lower case and of those that Keywords returns, are the only ones
	// that are wanted: then what ssh would find wrong with lines that have no bearing
	// on them is not looked for. If nil, all of them, and every line is judged.
	Keywords []string

	// Strict has every line judged all the same: what makes ssh refuse to run is
	// then found, as a RefusedError, wherever it stands.
	Strict bool

	SSH        string                 // path of ssh; if empty, what FindSSH finds
	FindSSH    func() (string, error) // gives ssh's path; if nil, the first one on PATH
	Evaluating bool                   // this process was started by a Match exec: never run ssh -G

	options []option // Args, cut up
	banner  bool     // ssh is to say which release it is
}

// How the values of a Host were read.
const (
	ByDefault = "default" // nothing that was asked for is set anywhere
	ByFile    = "file"    // from the files, here
	BySSH     = "ssh -G"
)

// Host is what the configuration holds for a host.
type Host struct {
	Name     string // as it was asked for
	HostName string // what ssh would connect to; "" where hostname was not wanted or not evaluated
	Port     uint16 // 0 where port was not wanted or not evaluated
	By       string // ByDefault, ByFile or BySSH
	values   []Value

	said    string // all that ssh -G printed for this host; "" if it was not asked
	written string // of an Asker: the lines that hold
	sure    bool   // and that they are all
	version string // and what ssh calls itself
}

func (h *Host) add(v Value) {
	h.values = append(h.values, v)
	switch v.Keyword {
	case "hostname":
		h.HostName = v.Value
	case "port":
		n, _ := strconv.ParseUint(v.Value, 10, 16)
		h.Port = uint16(n)
	}
}

// Value is one setting, in ssh -G's spelling.
type Value struct {
	Keyword string // in lower case
	Value   string // a stranger may have written it: not safe to print
	Origin  string // "file:line", "command line", "default", "ssh -G"; safe to print
}

// String is the line that ssh -G prints, made safe for a terminal.
func (v Value) String() string { return v.Keyword + " " + safetext.Line(v.Value) }

// Values are the settings in the order in which ssh -G prints them. A keyword
// that is not among them is not set, and ssh has no default for it or one that
// differs from build to build (ipqos, gssapi*).
func (h *Host) Values() []Value { return slices.Clone(h.values) }

// Value gives the first setting of a keyword, which is the one that counts.
func (h *Host) Value(keyword string) (Value, bool) {
	for _, v := range h.values {
		if v.Keyword == keyword {
			return v, true
		}
	}
	return Value{}, false
}

// Get gives the value of a keyword, "" where it has none.
func (h *Host) Get(keyword string) string {
	v, _ := h.Value(keyword)
	return v.Value
}

// Set reports whether somebody has set the keyword: false for ssh's default.
// Of what ssh -G printed only a value other than the default tells.
func (h *Host) Set(keyword string) bool {
	v, ok := h.Value(keyword)
	if !ok || v.Origin == ByDefault {
		return false
	}
	if v.Origin != BySSH {
		return true
	}
	k := byName(keyword)
	return k == nil || v.Value != k.unset
}

// ConnectTimeout gives ConnectTimeout; false where there is none, and then the
// system's own limit holds.
func (h *Host) ConnectTimeout() (time.Duration, bool) {
	s, err := strconv.ParseUint(h.Get("connecttimeout"), 10, 31)
	return time.Duration(s) * time.Second, err == nil && s > 0
}

// UnevaluatedError says that ssh -G would have had to be asked and was not.
type UnevaluatedError struct {
	Doubts []Doubt
	Reason string // why ssh was not asked
}

// Doubt is a construct whose effect only ssh itself knows.
type Doubt struct {
	Origin    string   // "file:line", "file" or "command line"
	Construct string   // the line, or what is odd about it; safe to print
	Keywords  []string // those whose value it leaves open; none where it is only whether ssh runs at all
}

func (d Doubt) String() string { return d.Origin + ": " + d.Construct }

func (e *UnevaluatedError) Error() string {
	s := fmt.Sprintf("%v: only ssh can evaluate this, %s", e.Doubts[0], e.Reason)
	if more := len(e.Doubts) - 1; more > 0 {
		s += fmt.Sprintf(" (and %d more)", more)
	}
	return s
}

// RefusedError is ssh's own refusal of the configuration or the options.
type RefusedError struct {
	Text string // the last lines that ssh wrote to stderr, safe to print

	// ByUser says that nothing is wrong with the configuration: a RefuseConnection
	// (OpenSSH 10.1) holds for this host, and its message is part of Text.
	ByUser bool
}

func (e *RefusedError) Error() string {
	if e.ByUser {
		return "ssh refuses this host, as its configuration says: " + e.Text
	}
	return "ssh refuses its configuration: " + e.Text
}

// Lookup says what ssh's configuration holds for q.Host. Errors: *RefusedError
// and *UnevaluatedError, *NotRegularError, a file that cannot be read, ctx. With
// an *UnevaluatedError, and a *RefusedError that is ByUser, comes a Host that
// holds what is certain all the same.
func (q Query) Lookup(ctx context.Context) (*Host, error) {
	if err := checkHost(q.Host); err != nil {
		return nil, err
	}
	c, err := q.Read()
	if err != nil {
		return nil, err
	}
	return c.Lookup(ctx, q.Host)
}

// Config is what the options and the files of a Query hold, read once for many
// hosts. It is safe for many goroutines.
type Config struct {
	read    reading   // what was seen while they were read
	sources []*source // to walk through for each host; none where nothing that is wanted is mentioned
}

// Read reads what q reaches; q.Host is of no account. Errors: a file that cannot
// be read, options that are none of ssh's.
func (q Query) Read() (*Config, error) {
	if err := q.understand(); err != nil {
		return nil, err
	}
	return q.read()
}

// Lookup says what the configuration holds for a host, as Query's Lookup does.
func (c *Config) Lookup(ctx context.Context, host string) (*Host, error) {
	if err := cmp.Or(checkHost(host), c.read.q.untold()); err != nil {
		return nil, err
	}
	r := c.about(host)
	h, doubts := r.answer()
	if doubts = append(doubts, r.unjudgedBeside(doubts)...); len(doubts) == 0 {
		return h, nil
	}
	ssh, reason := r.q.findSSH()
	if reason != "" {
		return h, &UnevaluatedError{doubts, reason}
	}
	answer, err := r.q.ask(ctx, ssh)
	var refused *RefusedError
	switch {
	case errors.As(err, &refused) && refused.ByUser:
		return h, err
	case r.q.foreign(ctx, err):
		return h, &UnevaluatedError{doubts, notOpenSSH}
	}
	return answer, err
}

// checkHost refuses what ssh would take for an option, and what no file format
// of ours could carry.
func checkHost(host string) error {
	switch {
	case host == "":
		return fmt.Errorf("no host name")
	case host[0] == '-':
		return fmt.Errorf("host name %s starts with a hyphen", safetext.Of(host))
	case strings.ContainsAny(host, "\x00\n\r"):
		return fmt.Errorf("host name %s contains a control character", safetext.Of(host))
	}
	return nil
}

func (q Query) userFile() string {
	if q.UserFile != "" {
		return q.UserFile
	}
	if q.Home == "" {
		return ""
	}
	return filepath.Join(q.Home, ".ssh", "config")
}

func (q Query) systemFile() string {
	if q.SystemFile != "" {
		return q.SystemFile
	}
	return SystemConfig
}
