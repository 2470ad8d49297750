// Package target makes targets of words: what a user, a file or known_hosts names,
// with ssh's configuration applied as ssh would apply it. It knows no command line
// and looks no host up.
package target

import (
	"context"
	"errors"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"
)

// Target is one line of input after ssh's configuration has been applied.
type Target struct {
	check.Target
	Settings   Settings
	KnownHosts []string // files, in ssh's order
	Config     *sshconf.Host
	Refused    string        // what ssh says of this host instead of connecting, as the user wants (RefuseConnection)
	Query      sshconf.Query // with which it was asked for
}

// targetKeywords are what check takes from ssh's configuration.
var targetKeywords = slices.Concat([]string{
	"hostname", "port", "user", "proxyjump", "proxycommand", "hostkeyalias", "userknownhostsfile", "globalknownhostsfile",
	"verifyhostkeydns", "hostbasedauthentication", "gssapiauthentication", "gssapitrustdns",
	"gssapiserveridentity",
}, RelayKeywords)

// maxHops bounds how many jump hosts are followed to the first.
const maxHops = 8

// Reader makes targets of words, as ssh's configuration has it. Its files are
// read once.
type Reader struct {
	World   console.World
	Voice   *console.Voice
	Options Options
	Connect Connect

	DNSOnly bool // no host key is looked at: which files of known_hosts there are does not matter
	Asked   bool // behind a jump host, keep the configuration of the host that was asked for
	Jobs    int  // how many targets are read at once

	files *sshFiles
}

// NewReader needs nothing set but the world and the voice.
func NewReader(w console.World, v *console.Voice, o Options, c Connect) *Reader {
	return &Reader{World: w, Voice: v, Options: o, Connect: c, files: new(sshFiles)}
}

// WithoutConfiguration reads targets as if ssh had no configuration.
func (r *Reader) WithoutConfiguration() *Reader {
	plain := *r
	plain.Options.SSHConfig = "none"
	return &plain
}

// silent has nothing to say of what is wrong with a target.
func (r *Reader) silent() *Reader {
	mute := *r
	mute.Voice = console.NewVoice(r.World.Err, true, false)
	return &mute
}

// Target applies ssh's configuration to what was typed.
func (r *Reader) Target(ctx context.Context, word string) (Target, error) {
	typed, err := Parse(word)
	if err != nil {
		return Target{}, err
	}
	t, err := r.configured(ctx, typed)
	if err != nil {
		return Target{}, err
	}
	t.Input = word
	host := t.Host
	for hops := 0; ; hops++ {
		hop := firstHop(t.Config.Get("proxyjump"))
		if hop == "" {
			break
		}
		if hops == maxHops {
			return Target{}, console.Refuse(exit.Usage, "ssh would fail too; check ProxyJump in ssh's configuration", "the jump hosts of %s form a loop", console.Quoted(word))
		}
		jump, err := Parse(hop)
		if err != nil {
			return Target{}, err
		}
		behind, config := t.Via, t.Config
		if t, err = r.configured(ctx, jump); err != nil {
			return Target{}, err
		}
		if behind == "" {
			behind = host
		}
		t.Input, t.Via = word, behind
		if r.Asked {
			t.Config = config // of the host that was asked for
			break
		}
	}
	return t, nil
}

// firstHop is the host that is connected to for a ProxyJump; "" for none.
func firstHop(proxyJump string) string {
	hop, _, _ := strings.Cut(proxyJump, ",")
	if hop == "none" {
		return ""
	}
	return hop
}

// configured is a host with its settings.
func (r *Reader) configured(ctx context.Context, typed Parsed) (Target, error) {
	t := Target{Target: check.Target{Host: typed.host, Port: 22}}
	q := AsUser(r.World, sshconf.Query{Host: typed.host, User: typed.user, File: r.Options.SSHConfig, Keywords: targetKeywords, Strict: true})
	if typed.port != 0 {
		q.Args = []string{"-p", strconv.Itoa(int(typed.port))}
	}
	t.Query = q
	files, err := r.files.of(q)
	if err != nil {
		return Target{}, ConfigError(typed.host, err)
	}
	t.Config, err = files.Lookup(ctx, q.Host)
	var doubtful *sshconf.UnevaluatedError
	var refused *sshconf.RefusedError
	switch {
	case errors.As(err, &doubtful):
		r.Voice.Notice(err.Error())
	case errors.As(err, &refused) && refused.ByUser:
		t.Refused = refused.Text
	case err != nil:
		return Target{}, ConfigError(typed.host, err)
	}
	if t.Config.HostName != "" {
		t.Host = t.Config.HostName
	}
	switch {
	case typed.port != 0:
		t.Port = typed.port
	case t.Config.Port != 0:
		t.Port = t.Config.Port
	}
	if t.Host, err = canonicalHost(t.Host); err != nil {
		return Target{}, err
	}
	t.KeyName = t.Config.Get("hostkeyalias")
	t.DNS = trustDNS(t.Config.Get("verifyhostkeydns"))
	t.Proxied = proxied(t.Config.Get("proxycommand"))
	if !r.DNSOnly {
		t.KnownHosts = knownHostsFiles(q, t)
	}
	if t.Settings, err = SettingsOf(t.Config); err != nil {
		return Target{}, err
	}
	family, err := r.Options.Family()
	t.Settings.Override(family, r.Connect)
	return t, err
}

// sshFiles is ssh's configuration, read once a run for each class of targets.
type sshFiles struct {
	mu   sync.Mutex
	read map[Class]*sshconf.Config
}

// Class is what ssh's configuration is read for once: targets that are written with
// the same user and port, which are options of ssh's.
type Class struct{ file, user, args string }

func ClassOf(q sshconf.Query) Class { return Class{q.File, q.User, strings.Join(q.Args, " ")} }

func (s *sshFiles) of(q sshconf.Query) (c *sshconf.Config, err error) {
	if s == nil {
		return q.Read()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	as := ClassOf(q)
	if c = s.read[as]; c != nil {
		return c, nil
	}
	if c, err = q.Read(); err != nil {
		return nil, err
	}
	if s.read == nil {
		s.read = make(map[Class]*sshconf.Config)
	}
	s.read[as] = c
	return c, nil
}

// proxied reports whether a ProxyCommand connects that is not this program.
func proxied(command string) bool {
	return command != "" && command != "none" && !console.RunsThisProgram(command)
}

// canonicalHost makes a name of what people write what is asked for: A-labels,
// in lower case. A final dot stays: it keeps the search list off.
func canonicalHost(host string) (string, error) {
	if err := CheckHost(host); err != nil {
		return "", err
	}
	if _, literal := resolve.ParseLiteral(host); literal {
		return host, nil
	}
	name, err := resolve.ParseName(host)
	switch {
	case err != nil:
		return "", console.Refuse(exit.Usage, "a host name has labels of 1 to 63 characters, 253 in all", "host %s: %v", console.Quoted(host), err)
	case strings.HasSuffix(host, ".") || !name.HostName():
		return host, nil
	}
	return string(name), nil
}

// knownHostsFiles are the files that ssh would read, the user's first. Tokens
// are expanded by now; of GlobalKnownHostsFile, which has none, ~ is not.
func knownHostsFiles(q sshconf.Query, t Target) []string {
	files := Paths(t.Config.Get("userknownhostsfile"))
	for _, file := range Paths(t.Config.Get("globalknownhostsfile")) {
		files = append(files, untilde(q, file))
	}
	return files
}

// untilde expands ~/ and ~user/ (OpenSSH's tilde_expand_filename).
func untilde(q sshconf.Query, path string) string {
	name, rest, _ := strings.Cut(path, "/")
	home := q.Home
	switch {
	case !strings.HasPrefix(name, "~"):
		return path
	case name != "~":
		u, err := user.Lookup(name[1:])
		if err != nil {
			return path
		}
		home = u.HomeDir
	}
	return home + "/" + rest
}

// Paths splits a value of several paths as ssh -G prints it: without the quotes
// that a path with blanks was written in. So neighbouring words that together
// name a file are one path.
func Paths(value string) []string {
	words := strings.Fields(value)
	var all []string
	for len(words) > 0 {
		n := len(words)
		for ; n > 1; n-- {
			if _, err := os.Stat(strings.Join(words[:n], " ")); err == nil {
				break
			}
		}
		all, words = append(all, strings.Join(words[:n], " ")), words[n:]
	}
	return all
}

// trustDNS is VerifyHostKeyDNS in check's words.
func trustDNS(value string) check.DNSTrust {
	switch value {
	case "true", "yes":
		return check.DNSDecides
	case "ask":
		return check.DNSInforms
	}
	return check.DNSUnasked
}
