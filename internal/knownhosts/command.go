package knownhosts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// Command is KnownHostsCommand: a program that prints lines for known_hosts. It is run as
// ssh runs it at each login, once before the key exchange and once when there is a key
// (OpenSSH's load_hostkeys_command).
type Command struct {
	Line string // as ssh -G prints it, tokens and all

	// Tokens are the values of %C, %L and so on, by letter, without those that change from
	// call to call (%H %I %f %K %t).
	Tokens map[byte]string

	// MD5 says that %f is an MD5 fingerprint (FingerprintHash).
	MD5 bool

	// Getenv looks up environment variables for ${NAME}. If nil, there are none.
	Getenv func(name string) (value string, ok bool)

	// Env is added to the environment of the command, as NAME=value.
	Env []string

	// Timeout ends a run. If 0, 10 s.
	Timeout time.Duration

	// Withheld says why the command must not be run here. If "", it may be.
	Withheld string
}

// output is the result of a run of KnownHostsCommand.
type output struct {
	lines []Line
	fatal error // why ssh would give up
	doubt Doubt // why it is unknown what ssh would get
}

// about returns the lines about a name.
func (o output) about(name string) []*Line {
	var about []*Line
	for i := range o.lines {
		if l := &o.lines[i]; l.matches(name) {
			about = append(about, l)
		}
	}
	return about
}

// forOrder runs the command as before the key exchange, and returns what it printed about
// the host. ssh 9.2 passes the name that it connects to, 9.9 the name that it looks for in
// known_hosts; releases between them are assumed to be like 9.2.
func (c *Command) forOrder(ctx context.Context, h Host, r Release) (about []*Line, out output) {
	name := h.key()
	if r.before(9, 9) {
		name = lower(h.Name)
	}
	out = c.run(ctx, "ORDER", map[byte]string{'H': name, 't': "NONE", 'f': "NONE", 'K': "NONE"})
	return out.about(name), out
}

// forKey runs the command for a key that the server has presented.
func (c *Command) forKey(ctx context.Context, h Host, key ssh.PublicKey) output {
	if c == nil {
		return output{}
	}
	fingerprint := ssh.FingerprintSHA256(plainKey(key))
	if c.MD5 {
		fingerprint = "MD5:" + ssh.FingerprintLegacyMD5(plainKey(key))
	}
	return c.run(ctx, "HOSTNAME", map[byte]string{
		'H': h.key(), 't': key.Type(), 'f': fingerprint, 'K': base64.StdEncoding.EncodeToString(key.Marshal()),
	})
}

func (c *Command) run(ctx context.Context, occasion string, tokens map[byte]string) output {
	if c == nil {
		return output{}
	}
	if c.Withheld != "" {
		return output{doubt: Doubt{"KnownHostsCommand was not run: " + c.Withheld, true}}
	}
	tokens['I'] = occasion
	args, err := splitArgs(c.Line)
	if err != nil {
		text := "KnownHostsCommand cannot be run, and ssh goes on without it: " + err.Error()
		return output{doubt: Doubt{text, false}}
	}
	for i := range args[1:] {
		if args[i+1], err = c.expand(args[i+1], tokens); err != nil {
			return output{fatal: fmt.Errorf("KnownHostsCommand: %w", err)}
		}
	}
	if why := unrunnable(args[0]); why != "" {
		return output{doubt: Doubt{"KnownHostsCommand cannot be run, and ssh goes on without it: " + why, false}}
	}
	return c.execute(ctx, "KnownHostsCommand-"+occasion, args)
}

// unrunnable returns why ssh would not try to run a program (OpenSSH's subprocess), or "".
func unrunnable(program string) string {
	if !filepath.IsAbs(program) {
		return safetext.Name(program) + " is not an absolute path"
	}
	if _, err := os.Stat(program); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "there is no " + safetext.Line(program)
		}
		return safetext.Line(program) + ": " + reason(err).Error()
	}
	return ""
}

func (c *Command) execute(ctx context.Context, tag string, args []string) output {
	release, err := limits.Program(ctx)
	if err != nil {
		return output{doubt: Doubt{"no time was left to run KnownHostsCommand", true}}
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Timeout, limits.CommandTime))
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(cmd.Environ(), c.Env...)
	cmd.WaitDelay = time.Second
	var stdout, stderr bounded
	stdout.room, stderr.room = MaxSize+1, 4<<10
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return output{doubt: Doubt{"KnownHostsCommand did not end in time", true}}
	case err != nil:
		return output{fatal: fmt.Errorf("KnownHostsCommand failed (%s)", failure(err, stderr.kept.String()))}
	}
	lines, err := Parse(&stdout.kept, tag)
	if err != nil {
		return output{doubt: Doubt{"what KnownHostsCommand prints is " + err.Error(), true}}
	}
	return output{lines: lines}
}

// failure says how a command ended, with its last line on stderr.
func failure(err error, said string) string {
	text := "it could not be started"
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		text = exit.String()
	}
	lines := strings.FieldsFunc(said, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) > 0 {
		text += ": " + safetext.Cut(safetext.Line(lines[len(lines)-1]), 200)
	}
	return text
}

// expand replaces tokens and variables (OpenSSH's percent_dollar_expand).
func (c *Command) expand(arg string, tokens map[byte]string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(arg); i++ {
		switch {
		case strings.HasPrefix(arg[i:], "${"):
			name, _, closed := strings.Cut(arg[i+2:], "}")
			value, set := "", false
			if closed && c.Getenv != nil {
				value, set = c.Getenv(name)
			}
			if !set {
				return "", fmt.Errorf("the environment has no variable %s", safetext.Name(name))
			}
			b.WriteString(value)
			i += len(name) + 2
		case arg[i] != '%':
			b.WriteByte(arg[i])
		default:
			i++
			value, known := c.token(arg[i:], tokens)
			if !known {
				return "", fmt.Errorf("there is no token %s", safetext.Name(arg[i-1:min(i+1, len(arg))]))
			}
			b.WriteString(value)
		}
	}
	return b.String(), nil
}

// token returns the value of the token whose letter begins rest.
func (c *Command) token(rest string, tokens map[byte]string) (value string, known bool) {
	if rest == "" {
		return "", false
	}
	if rest[0] == '%' {
		return "%", true
	}
	if value, known = tokens[rest[0]]; !known {
		value, known = c.Tokens[rest[0]]
	}
	return value, known
}

// splitArgs splits a command into words as OpenSSH's argv_split does, with single and double
// quotes, and a backslash before a quote, a backslash or, outside quotes, a blank.
func splitArgs(line string) ([]string, error) {
	var args []string
	for i := 0; i < len(line); {
		if strings.IndexByte(blank, line[i]) >= 0 {
			i++
			continue
		}
		var word []byte
		quote := byte(0)
		for ; i < len(line); i++ {
			c := line[i]
			switch {
			case c == '\\' && i+1 < len(line) &&
				(strings.IndexByte(`'"\`, line[i+1]) >= 0 || quote == 0 && line[i+1] == ' '):
				i++
				word = append(word, line[i])
				continue
			case quote == 0 && strings.IndexByte(blank, c) >= 0:
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
				continue
			case quote != 0 && c == quote:
				quote = 0
				continue
			default:
				word = append(word, c)
				continue
			}
			break
		}
		if quote != 0 {
			return nil, errors.New("its quotes are not closed")
		}
		args = append(args, string(word))
	}
	if len(args) == 0 {
		return nil, errors.New("it is empty")
	}
	return args, nil
}

// bounded keeps the first bytes that are written, as many as there is room for, and drops
// the rest.
type bounded struct {
	kept bytes.Buffer
	room int
}

func (b *bounded) Write(p []byte) (int, error) {
	b.kept.Write(p[:min(len(p), max(b.room-b.kept.Len(), 0))])
	return len(p), nil
}
