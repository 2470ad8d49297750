// Package target turns the words that a user, a file or known_hosts give as hosts
// into targets, applying ssh's configuration as ssh would. It knows no flags and looks
// up no host.
package target

import (
	"cmp"
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
	"rdnsproxy/internal/inputs"
	"rdnsproxy/internal/recipe"
	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"
)

// Target is a target with ssh's configuration applied.
type Target struct {
	check.Target
	Settings   Settings
	KnownHosts []string // files, in ssh's order
	Config     *sshconf.Host
	DNSOnly    bool          // nobody asked to connect: inputs.Item.DNSOnly, and Reader.ConnectAll is not set
	Refused    string        // the message of RefuseConnection in ssh's configuration; "": none
	Query      sshconf.Query // the query that read Config
}

// Itself returns the host that the word named: if that is behind a jump host, not the
// jump host.
func (t *Target) Itself() string { return cmp.Or(t.Via, t.Host) }

// targetKeywords are the keywords that check reads from ssh's configuration.
var targetKeywords = slices.Concat([]string{
	"hostname", "port", "user", "proxyjump", "proxycommand", "hostkeyalias", "userknownhostsfile",
	"globalknownhostsfile", "verifyhostkeydns", "hostbasedauthentication", "gssapiauthentication", "gssapitrustdns",
	"gssapikeyexchange", "gssapiserveridentity", "proxyusefdpass",
}, RelayKeywords)

// maxHops is how many nested ProxyJump settings are followed.
const maxHops = 8

// Reader turns words into targets. It reads ssh's configuration files once.
type Reader struct {
	World   console.World
	Voice   *console.Voice // if nil, silent
	Options Options
	Connect Connect

	DNSOnly    bool // host keys do not matter: leave Target.KnownHosts empty
	KeepConfig bool // behind a jump host, keep the configuration of the host that was asked for
	ConnectAll bool // connect to the addresses of ranges and zones too
	Jobs       int  // how many targets are read at once

	Expander inputs.Expander // for the ranges of a List
	Zones    inputs.Items    // what zones name, at the end of a List; if nil, nothing

	user  func() sshconf.Query // AsUser of nothing yet: the same for all targets
	files *sshFiles
}

// NewReader returns a Reader. The zero Options and Connect will do.
func NewReader(w console.World, v *console.Voice, o Options, c Connect) *Reader {
	user := sync.OnceValue(func() sshconf.Query { return AsUser(w, sshconf.Query{}) })
	return &Reader{World: w, Voice: v, Options: o, Connect: c, user: user, files: new(sshFiles)}
}

// WithoutConfiguration returns a Reader that ignores ssh's configuration.
func (r *Reader) WithoutConfiguration() *Reader {
	plain := *r
	plain.Options.SSHConfig = "none"
	return &plain
}

// quiet returns a Reader that prints no notices.
func (r *Reader) quiet() *Reader {
	quiet := *r
	quiet.Voice = nil
	return &quiet
}

// Item is Target for an item of an input. What a range or a zone names is looked up
// as it is: ssh's configuration says how to connect to a host, which nobody has asked
// for.
func (r *Reader) Item(ctx context.Context, item inputs.Item) (Target, error) {
	if item.Err != nil {
		return Target{}, item.Err
	}
	dnsOnly := item.DNSOnly && !r.ConnectAll
	if dnsOnly {
		r = r.WithoutConfiguration()
		r.DNSOnly = true
	}
	t, err := r.Target(ctx, item.Text)
	t.DNSOnly, t.Address = dnsOnly, item.Address
	return t, err
}

// Target parses a target as a user would type it and applies ssh's configuration. A
// target behind ProxyJump becomes its first jump host, with Via set. The error is a
// Refusal.
func (r *Reader) Target(ctx context.Context, word string) (Target, error) {
	typed, err := Parse(word)
	if err != nil {
		return Target{}, err
	}
	t, err := r.configure(ctx, typed)
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
			return Target{}, console.Refuse(exit.Usage, "ssh would fail too; check ProxyJump in ssh's configuration",
				"the jump hosts of %s form a loop", console.Quoted(word))
		}
		jump, err := Parse(hop)
		if err != nil {
			return Target{}, err
		}
		behind, config := t.Via, t.Config
		if t, err = r.configure(ctx, jump); err != nil {
			return Target{}, err
		}
		if behind == "" {
			behind = host
		}
		t.Input, t.Via = word, behind
		if r.KeepConfig {
			t.Config = config
			break
		}
	}
	return t, nil
}

// firstHop returns the host that ssh connects to for a ProxyJump; "" for none.
func firstHop(proxyJump string) string {
	hop, _, _ := strings.Cut(proxyJump, ",")
	if hop == "none" {
		return ""
	}
	return hop
}

// configure applies ssh's configuration to a destination.
func (r *Reader) configure(ctx context.Context, typed Destination) (Target, error) {
	t := Target{Target: check.Target{Host: typed.host, Port: 22}}
	q := r.user()
	q.Host, q.User, q.File = typed.host, typed.user, r.Options.SSHConfig
	q.Keywords, q.Strict = targetKeywords, true
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
	if t.Host, err = CanonicalHost(t.Host); err != nil {
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
	if err == nil {
		t.Settings.proxies, err = r.proxiesOf(&t, q.EnvHome)
		t.Far = byName(t.Settings.proxies)
	}
	return t, err
}

// sshFiles caches ssh's configuration files for each Class.
type sshFiles struct {
	mu   sync.Mutex
	read map[Class]*sshconf.Config
	via  map[Via]*proxies // of ProxyCommands

	farLookup sync.Once // that a proxy looks names up is said
}

// Class identifies targets for which ssh's configuration files need to be read only
// once: those with the same file, user and port.
type Class struct{ file, user, args string }

// ClassOf returns the class of a query.
func ClassOf(q sshconf.Query) Class { return Class{q.File, q.User, strings.Join(q.Args, " ")} }

func (s *sshFiles) of(q sshconf.Query) (c *sshconf.Config, err error) {
	if s == nil {
		return q.Read()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	class := ClassOf(q)
	if c = s.read[class]; c != nil {
		return c, nil
	}
	if c, err = q.Read(); err != nil {
		return nil, err
	}
	if s.read == nil {
		s.read = make(map[Class]*sshconf.Config)
	}
	s.read[class] = c
	return c, nil
}

// proxied reports whether a ProxyCommand is set that connects in a way of its own: one
// other than this program, or this program with a command after --.
func proxied(command string) bool {
	return command != "" && command != "none" &&
		(!recipe.RunsThisProgram(command) || recipe.RunsCommand(command))
}

// CanonicalHost returns a name in the form in which it is looked up: A-labels in lower
// case. A final dot is kept because it disables the search list.
func CanonicalHost(host string) (string, error) {
	if err := CheckHost(host); err != nil {
		return "", err
	}
	if _, literal := resolve.ParseLiteral(host); literal {
		return host, nil
	}
	name, err := resolve.ParseName(host)
	switch {
	case err != nil:
		return "", console.Refuse(exit.Usage, "a host name has labels of 1 to 63 characters, 253 in all",
			"host %s: %v", console.Quoted(host), err)
	case strings.HasSuffix(host, ".") || !name.HostName():
		return host, nil
	}
	return string(name), nil
}

// knownHostsFiles returns the files that ssh would read, the user's first. Tokens are
// already expanded, but not ~ in GlobalKnownHostsFile, which has no tokens.
func knownHostsFiles(q sshconf.Query, t Target) []string {
	files := Paths(t.Config.Get("userknownhostsfile"))
	for _, file := range Paths(t.Config.Get("globalknownhostsfile")) {
		files = append(files, expandTilde(q, file))
	}
	return files
}

// expandTilde expands ~/ and ~user/ (OpenSSH's tilde_expand_filename).
func expandTilde(q sshconf.Query, path string) string {
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

// Paths splits a list of paths as printed by ssh -G, which drops the quotes around a
// path with blanks. So the longest run of words that names an existing file is taken
// as one path.
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

// trustDNS converts VerifyHostKeyDNS.
func trustDNS(value string) check.DNSTrust {
	switch value {
	case "true", "yes":
		return check.DNSDecides
	case "ask":
		return check.DNSInforms
	}
	return check.DNSUnasked
}
