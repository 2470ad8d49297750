package sshconf

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"rdnsproxy/safetext"
)

// Command is what a command line of ssh, sftp or scp asks for.
type Command struct {
	Program string
	Targets []Target // one for ssh and sftp, each remote operand for scp; empty if it connects to nothing
}

// Target is one destination of a Command.
type Target struct {
	Host   string   // without brackets
	User   string   // "" if the command line names none
	Port   uint16   // 0 if the command line names none
	Path   string   // for sftp and scp
	Args   []string // the options that ssh gets, for Query.Args: one flag a word, -F, -l and -p among them
	Remote []string // the command that ssh gets, or with -s the subsystem
}

// Query is the query about a target; the caller adds Home and the like.
func (t Target) Query() Query { return Query{Host: t.Host, Args: t.Args, Remote: t.Remote} }

// The options of the three programs in OpenSSH 10: flags, and those that take a
// value. ssh's -P took none before 9.4, when it had no effect.
var (
	sshOptions  = grammar{"1246AaCfGgKkMNnqsTtVvXxYy", "BbcDEeFIiJLlmOoPpQRSWw"}
	sftpOptions = grammar{"1246AaCfhNpqrv", "BbcDFiJloPRsSX"}
	scpOptions  = grammar{"12346ABCTdfOpqRrstv", "cDFiJlMoPSX"}
)

// grammar lists the letters of the options without and with a value.
type grammar struct{ flags, valued string }

// option is one option as it was given.
type option struct {
	letter byte
	value  string
	valued bool
}

// words is the option as words of a command line.
func (o option) words() []string {
	if o.valued {
		return []string{"-" + string(rune(o.letter)), o.value}
	}
	return []string{"-" + string(rune(o.letter))}
}

// parse reads options up to the first operand or --, as OpenSSH's getopt does: flags may
// be grouped, and a value is in the same word or the next.
func (g grammar) parse(args []string) (options []option, rest []string, err error) {
	for len(args) > 0 {
		word := args[0]
		if len(word) < 2 || word[0] != '-' {
			break
		}
		args = args[1:]
		if word == "--" {
			break
		}
		for i := 1; i < len(word); i++ {
			o := option{letter: word[i]}
			o.valued = strings.IndexByte(g.valued, o.letter) >= 0
			if !o.valued && strings.IndexByte(g.flags, o.letter) < 0 {
				return nil, nil, fmt.Errorf("unknown option -%s", safetext.Of(word[i:i+1]))
			}
			if o.valued {
				if o.value = word[i+1:]; o.value == "" {
					if len(args) == 0 {
						return nil, nil, fmt.Errorf("option -%c needs a value", o.letter)
					}
					o.value, args = args[0], args[1:]
				}
				i = len(word)
			}
			options = append(options, o)
		}
	}
	return options, args, nil
}

// ParseCommand reads the arguments of ssh, sftp or scp, without the program's name: what
// the program would connect to, and with which options. An error means that the program
// would most likely refuse them.
func ParseCommand(program string, args []string) (*Command, error) {
	c := &Command{Program: program}
	var err error
	switch program {
	case "ssh":
		err = c.ssh(args)
	case "sftp":
		err = c.sftp(args)
	case "scp":
		err = c.scp(args)
	default:
		err = fmt.Errorf("%s is not ssh, sftp or scp", safetext.Of(program))
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ssh reads options, the destination, and more options up to the command. After a --
// before the destination there are no more options.
func (c *Command) ssh(args []string) error {
	before, rest, err := sshOptions.parse(args)
	if err != nil || len(rest) == 0 {
		return err // ssh -V, ssh -Q
	}
	t, err := sshTarget(rest[0])
	if err != nil {
		return err
	}
	for _, o := range before {
		t.Args = append(t.Args, o.words()...)
	}
	t.identify()
	terminated := len(args) > len(rest) && args[len(args)-len(rest)-1] == "--"
	rest = rest[1:]
	if !terminated {
		var after []option
		if after, rest, err = sshOptions.parse(rest); err != nil {
			return err
		}
		for _, o := range after {
			t.Args = append(t.Args, o.words()...)
		}
	}
	t.Remote = rest
	c.Targets = []Target{t}
	return nil
}

// sftp reads options and one destination.
func (c *Command) sftp(args []string) error {
	options, rest, err := sftpOptions.parse(args)
	if err != nil || len(rest) == 0 {
		return err
	}
	for _, o := range options {
		if o.letter == 'D' { // runs a server itself, without ssh
			return nil
		}
	}
	return c.add(rest[0], options)
}

// scp reads options and operands, each local or remote.
func (c *Command) scp(args []string) error {
	options, rest, err := scpOptions.parse(args)
	if err != nil {
		return err
	}
	for _, operand := range rest {
		if !strings.HasPrefix(operand, "scp://") && colon(operand) < 0 {
			continue // a local path
		}
		if err := c.add(operand, options); err != nil {
			return err
		}
	}
	return nil
}

// add makes the target of an sftp or scp operand. The options that these pass on to ssh
// come first, then the user and the port; the port of a URI overrides -P.
func (c *Command) add(operand string, options []option) error {
	t, err := fileTarget(c.Program, operand)
	if err != nil {
		return err
	}
	var dashP string
	subsystem := true
	for _, o := range options {
		switch {
		case o.letter == 'P':
			dashP = o.value
		case o.letter == 'O' && c.Program == "scp": // the protocol used before 9.0
			subsystem = false
		case o.letter == 'b' && c.Program == "sftp", o.letter == 'B' && c.Program == "scp":
			t.Args = append(t.Args, "-oBatchMode=yes")
		case strings.IndexByte("46ACcFiJoqv", o.letter) >= 0:
			t.Args = append(t.Args, o.words()...)
		}
	}
	t.identify()
	if t.Port == 0 && dashP != "" {
		t.Args = append(t.Args, "-p", dashP)
	}
	if subsystem {
		t.Args, t.Remote = append(t.Args, "-s"), []string{"sftp"}
	}
	c.Targets = append(c.Targets, t)
	return nil
}

// identify adds the destination's own user and port.
func (t *Target) identify() {
	if t.User != "" {
		t.Args = append(t.Args, "-l", t.User)
	}
	if t.Port != 0 {
		t.Args = append(t.Args, "-p", strconv.Itoa(int(t.Port)))
	}
}

// sshTarget reads ssh://[user@]host[:port] or [user@]host. The user ends at the last @.
func sshTarget(s string) (Target, error) {
	if strings.HasPrefix(s, "ssh://") {
		return uriTarget("ssh", s)
	}
	t := Target{Host: s}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		t.User, t.Host = s[:i], s[i+1:]
		if t.User == "" {
			return t, fmt.Errorf("no user before the @ of destination %s", safetext.Of(s))
		}
	}
	return t, checkHost(t.Host)
}

// fileTarget reads a URI, [user@]host:path or, for sftp, [user@]host. The host may be in
// brackets.
func fileTarget(scheme, s string) (Target, error) {
	if strings.HasPrefix(s, scheme+"://") {
		return uriTarget(scheme, s)
	}
	host, path := s, ""
	if i := colon(s); i >= 0 {
		host, path = s[:i], s[i+1:]
	}
	t := Target{Host: host, Path: path}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		t.User, t.Host = host[:i], host[i+1:]
		if t.User == "" {
			return t, fmt.Errorf("no user before the @ of destination %s", safetext.Of(s))
		}
	}
	if inner, ok := strings.CutPrefix(t.Host, "["); ok {
		t.Host = strings.TrimSuffix(inner, "]")
	}
	return t, checkHost(t.Host)
}

// colon finds the colon that ends the host, as OpenSSH's colon does: not a leading one,
// not after a slash, not inside brackets. -1 if there is none.
func colon(s string) int {
	if strings.HasPrefix(s, ":") {
		return -1
	}
	bracket := strings.HasPrefix(s, "[")
	for i := range len(s) {
		switch {
		case strings.HasPrefix(s[i:], "@["):
			bracket = true
		case bracket && strings.HasPrefix(s[i:], "]:"):
			return i + 1
		case s[i] == ':' && !bracket:
			return i
		case s[i] == '/':
			return -1
		}
	}
	return -1
}

// uriTarget reads scheme://[user[;parameters]@]host[:port][/path] as OpenSSH's
// parse_uri does; for ssh there is no path.
func uriTarget(scheme, s string) (Target, error) {
	bad := func(what string) (Target, error) {
		return Target{}, fmt.Errorf("%s in %s", what, safetext.Of(s))
	}
	var t Target
	authority, path, _ := strings.Cut(strings.TrimPrefix(s, scheme+"://"), "/")
	if path != "" && scheme == "ssh" {
		return bad("unexpected path")
	}
	t.Path = path
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, _, _ := strings.Cut(authority[:i], ";")
		var err error
		if t.User, err = url.PathUnescape(user); err != nil || t.User == "" {
			return bad("malformed user")
		}
		authority = authority[i+1:]
	}
	t.Host = authority
	var p string
	if inner, ok := strings.CutPrefix(authority, "["); ok {
		t.Host, p, ok = strings.Cut(inner, "]")
		if !ok || p != "" && p[0] != ':' {
			return bad("malformed address")
		}
		p = strings.TrimPrefix(p, ":")
	} else {
		t.Host, p, _ = strings.Cut(authority, ":")
	}
	if p != "" {
		shown, ok := port(p)
		if !ok {
			return bad("malformed port")
		}
		n, _ := strconv.Atoi(shown)
		t.Port = uint16(n)
	}
	return t, checkHost(t.Host)
}
