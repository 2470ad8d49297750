// Package sshconf tells what ssh's configuration holds for a host. The answer is what
// ssh -G prints, or an error that says what could not be evaluated; it is never a guess.
//
// # How it reads
//
// Files that hold only well-known lines, as most people's do, are read here in a
// fraction of a millisecond. For anything else (Match exec, tokens, rare values) ssh -G
// is run. If it cannot be, an [UnevaluatedError] names the file, the line and the
// construct, and the [Host] that comes with it holds what is certain all the same.
//
// # How to ask
//
// [Query.Lookup] answers for one host. [Query.Read] reads the files once for many. Some
// values, such as HostKeyAlgorithms, are made from defaults of ssh's build, which only
// ssh knows: [Query.Asker] asks it, once for all hosts with the same lines.
// [ParseCommand] turns the command line of ssh, sftp or scp into Queries.
//
// # Keywords
//
// The table in table.go has a row for each keyword of ssh_config(5). A new keyword is a
// new row; tests compare the table with the installed ssh.
//
// It is a leaf: anyone who needs to know what ssh would do may import it. It reads
// neither the environment nor the user database; the caller passes what it found there.
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

// EvaluatingEnv is set to 1 in the environment of the ssh -G that is run here, and so
// in that of its Match exec commands. A program that finds it set must set
// Query.Evaluating, which prevents endless recursion.
const EvaluatingEnv = "RDNSPROXY_EVALUATING"

// Query is a question about one host.
type Query struct {
	Host string // as typed (%n): Host blocks match it
	User string // from the command line, if known; it overrides a -l in Args
	// LocalUser and Home are those of the user who runs ssh, from the user database: the default
	// for user, and where it looks for its files. If empty, ssh -G is asked; where there is no ssh,
	// there is no such user, and there are no such files.
	LocalUser, Home string

	EnvHome string // $HOME: Include resolves ~/x and relative paths by it (glob(3)). If empty, ssh -G is asked

	// File is ssh's -F: "none" reads nothing, "" reads the user's file and the
	// system's. A -F in Args overrides it.
	File string

	// UserFile and SystemFile replace ~/.ssh/config and ssh's system-wide file. If
	// empty, those are read. ssh -G cannot be given others, so it is never asked if
	// either is set.
	UserFile, SystemFile string

	// Args are the options that ssh was given, in order. They come before the files.
	// See ParseCommand.
	Args []string

	// Remote is the command that ssh was given, or with -s in Args the subsystem:
	// newer versions have Match criteria about it.
	Remote []string

	// Keywords are the wanted ones, in lower case and among those that Keywords
	// returns. Lines that do not bear on them are then not checked for errors. If nil,
	// all are wanted, and every line is checked.
	Keywords []string

	// Strict checks every line all the same: whatever makes ssh refuse to run is found,
	// as a RefusedError.
	Strict bool

	SSH        string                 // path of ssh; if empty, what FindSSH finds
	FindSSH    func() (string, error) // gives ssh's path; if nil, the first one on PATH
	Evaluating bool                   // this process was started by a Match exec: never run ssh -G

	options []option // Args, parsed
	banner  bool     // have ssh print its version
}

// How the values of a Host were found.
const (
	ByDefault = "default" // nothing wanted is set anywhere
	ByFile    = "file"    // read here from the files or the options
	BySSH     = "ssh -G"
)

// Host is what the configuration holds for a host.
type Host struct {
	Name     string  // as asked for
	HostName string  // what ssh would connect to; "" where hostname was not wanted or not evaluated
	Port     uint16  // 0 where port was not wanted or not evaluated
	By       string  // ByDefault, ByFile or BySSH
	values   []Value // shared with other hosts of the class: that of hostname is HostName

	said    string // all that ssh -G printed for this host; "" if it was not asked
	written string // from an Asker: the lines that hold for the host
	sure    bool   // from an Asker: written is complete
	version string // from an Asker: ssh's version
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

// Value is one setting, as ssh -G spells it.
type Value struct {
	Keyword string // in lower case
	Value   string // may come from anybody: not safe to print
	Origin  string // "file:line", "command line", "default", "ssh -G"; safe to print
}

// String is the line that ssh -G prints, made safe to print.
func (v Value) String() string { return v.Keyword + " " + safetext.Line(v.Value) }

// Values are the settings, in ssh -G's order. A keyword that is missing is not set, and
// ssh has no default for it, or one that differs between builds (ipqos, gssapi*).
func (h *Host) Values() []Value {
	vs := slices.Clone(h.values)
	for i := range vs {
		vs[i] = h.own(vs[i])
	}
	return vs
}

// own returns a value as it is for this host of the class.
func (h *Host) own(v Value) Value {
	if v.Keyword == "hostname" {
		v.Value = h.HostName
	}
	return v
}

// Value is the first setting of a keyword, which is the one that counts.
func (h *Host) Value(keyword string) (Value, bool) {
	for _, v := range h.values {
		if v.Keyword == keyword {
			return h.own(v), true
		}
	}
	return Value{}, false
}

// Get is the value of a keyword, "" if it has none.
func (h *Host) Get(keyword string) string {
	v, _ := h.Value(keyword)
	return v.Value
}

// Set reports whether the keyword is set, not left at ssh's default. In ssh -G's output
// only a value other than the default shows that.
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

// ConnectTimeout is the value of ConnectTimeout; false if there is none, and the
// system's own limit holds.
func (h *Host) ConnectTimeout() (time.Duration, bool) {
	s, err := strconv.ParseUint(h.Get("connecttimeout"), 10, 31)
	return time.Duration(s) * time.Second, err == nil && s > 0
}

// UnevaluatedError says that only ssh -G could tell, and why it was not asked.
type UnevaluatedError struct {
	Doubts []Doubt
	Reason string // why ssh was not asked
}

// Doubt is a construct whose effect only ssh itself knows.
type Doubt struct {
	Origin    string   // "file:line", "file" or "command line"
	Construct string   // the line, or what is odd about it; safe to print
	Keywords  []string // those whose value it leaves open; none if the question is only whether ssh runs at all
}

func (d Doubt) String() string { return d.Origin + ": " + d.Construct }

func (e *UnevaluatedError) Error() string {
	s := fmt.Sprintf("%v: only ssh can evaluate this, and %s", e.Doubts[0], e.Reason)
	if more := len(e.Doubts) - 1; more > 0 {
		s += fmt.Sprintf(" (and %d more)", more)
	}
	return s
}

// RefusedError is ssh's refusal of the configuration or the options.
type RefusedError struct {
	Text string // the last lines that ssh wrote to stderr, safe to print

	// ByUser says that the configuration is valid, but a RefuseConnection (OpenSSH
	// 10.1) holds for this host. Its message is part of Text.
	ByUser bool
}

func (e *RefusedError) Error() string {
	if e.ByUser {
		return "ssh refuses this host, as its configuration says: " + e.Text
	}
	return "ssh refuses its configuration: " + e.Text
}

// Lookup tells what ssh's configuration holds for q.Host. Errors are *RefusedError,
// *UnevaluatedError, *NotRegularError, those of reading files, and ctx's. An
// *UnevaluatedError and a *RefusedError that is ByUser come with a Host that holds what
// is certain.
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

// Config is the content of a Query's options and files, read once for many hosts. It is
// safe for many goroutines.
type Config struct {
	read    reading   // what was seen while they were read
	sources []*source // to walk for each host; none if nothing wanted is mentioned in them
	alike   alike
}

// Read reads the files and options of q; q.Host is ignored. Errors are those of reading
// files, and options that ssh does not have.
func (q Query) Read() (*Config, error) {
	if err := q.understand(); err != nil {
		return nil, err
	}
	return q.read()
}

// Lookup tells what the configuration holds for a host, as Query's Lookup does. For hosts
// of a Class, it goes through the lines once.
func (c *Config) Lookup(ctx context.Context, host string) (*Host, error) {
	if err := cmp.Or(checkHost(host), c.read.q.untold()); err != nil {
		return nil, err
	}
	class, shared := "", c.alike.asked.Swap(true) // who asks once needs no class
	if shared {
		if class, shared = c.Class(host); shared {
			if h := c.alike.like(class, host); h != nil {
				return h, nil
			}
		}
	}
	r := c.about(host)
	h, doubts := r.answer()
	if doubts = append(doubts, r.unjudgedBeside(doubts)...); len(doubts) == 0 {
		if shared {
			c.alike.keep(class, h)
		}
		return h, nil
	}
	ssh, reason := r.q.findSSH()
	if reason != "" {
		return h, &UnevaluatedError{doubts, reason}
	}
	answer, err := r.q.ask(ctx, ssh)
	var refused *RefusedError
	if errors.As(err, &refused) && refused.ByUser {
		return h, err
	}
	if reason := r.q.beside(ctx, err); reason != "" {
		return h, &UnevaluatedError{doubts, reason}
	}
	return answer, err
}

// checkHost refuses what ssh would take for an option, and what would break a line.
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
