package cli

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
	"rdnsproxy/internal/exit"
	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"
)

// target is one line of input after ssh's configuration has been applied.
type target struct {
	check.Target
	settings   settings
	knownHosts []string // files, in ssh's order
	config     *sshconf.Host
	refused    string        // what ssh says of this host instead of connecting, as the user wants (RefuseConnection)
	query      sshconf.Query // with which it was asked for
}

// targetKeywords are what check takes from ssh's configuration.
var targetKeywords = slices.Concat([]string{
	"hostname", "port", "user", "proxyjump", "proxycommand", "hostkeyalias", "userknownhostsfile", "globalknownhostsfile",
	"verifyhostkeydns", "hostbasedauthentication", "gssapiauthentication", "gssapitrustdns",
	"gssapiserveridentity",
}, relayKeywords)

// maxHops bounds how many jump hosts are followed to the first.
const maxHops = 8

// targetReader makes targets of words, as ssh's configuration has it. Its files are
// read once.
type targetReader struct {
	World   console
	Voice   *voice
	Options targetOptions
	Connect connectOptions

	DNSOnly bool // no host key is looked at: which files of known_hosts there are does not matter
	Asked   bool // behind a jump host, keep the configuration of the host that was asked for
	Jobs    int  // how many targets are read at once

	files *sshFiles
}

// newTargetReader needs nothing set but the world and the voice.
func newTargetReader(w console, v *voice, o targetOptions, c connectOptions) *targetReader {
	return &targetReader{World: w, Voice: v, Options: o, Connect: c, files: new(sshFiles)}
}

// withoutConfiguration reads targets as if ssh had no configuration.
func (r *targetReader) withoutConfiguration() *targetReader {
	plain := *r
	plain.Options.SSHConfig = "none"
	return &plain
}

// silent has nothing to say of what is wrong with a target.
func (r *targetReader) silent() *targetReader {
	mute := *r
	mute.Voice = newVoice(r.World.Err, true, false)
	return &mute
}

// target applies ssh's configuration to what was typed.
func (r *targetReader) target(ctx context.Context, word string) (target, error) {
	typed, err := parseTarget(word)
	if err != nil {
		return target{}, err
	}
	t, err := r.configured(ctx, typed)
	if err != nil {
		return target{}, err
	}
	t.Input = word
	host := t.Host
	for hops := 0; ; hops++ {
		hop := firstHop(t.config.Get("proxyjump"))
		if hop == "" {
			break
		}
		if hops == maxHops {
			return target{}, refuse(exit.Usage, "ssh itself would not get there either; look at ProxyJump in ssh's configuration", "the jump hosts of %s lead round in a circle", quoted(word))
		}
		jump, err := parseTarget(hop)
		if err != nil {
			return target{}, err
		}
		behind, config := t.Via, t.config
		if t, err = r.configured(ctx, jump); err != nil {
			return target{}, err
		}
		if behind == "" {
			behind = host
		}
		t.Input, t.Via = word, behind
		if r.Asked {
			t.config = config // of the host that was asked for
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
func (r *targetReader) configured(ctx context.Context, typed typedTarget) (target, error) {
	t := target{Target: check.Target{Host: typed.host, Port: 22}}
	q := asUser(r.World, sshconf.Query{Host: typed.host, User: typed.user, File: r.Options.SSHConfig, Keywords: targetKeywords, Strict: true})
	if typed.port != 0 {
		q.Args = []string{"-p", strconv.Itoa(int(typed.port))}
	}
	t.query = q
	files, err := r.files.of(q)
	if err != nil {
		return target{}, configurationError(typed.host, err)
	}
	t.config, err = files.Lookup(ctx, q.Host)
	var doubtful *sshconf.UnevaluatedError
	var refused *sshconf.RefusedError
	switch {
	case errors.As(err, &doubtful):
		r.Voice.notice(err.Error())
	case errors.As(err, &refused) && refused.ByUser:
		t.refused = refused.Text
	case err != nil:
		return target{}, configurationError(typed.host, err)
	}
	if t.config.HostName != "" {
		t.Host = t.config.HostName
	}
	switch {
	case typed.port != 0:
		t.Port = typed.port
	case t.config.Port != 0:
		t.Port = t.config.Port
	}
	if t.Host, err = canonicalHost(t.Host); err != nil {
		return target{}, err
	}
	t.KeyName = t.config.Get("hostkeyalias")
	t.DNS = trustDNS(t.config.Get("verifyhostkeydns"))
	t.Proxied = proxied(t.config.Get("proxycommand"))
	if !r.DNSOnly {
		t.knownHosts = knownHostsFiles(q, t)
	}
	if t.settings, err = settingsOf(t.config); err != nil {
		return target{}, err
	}
	family, err := r.Options.family()
	t.settings.override(family, r.Connect)
	return t, err
}

// sshFiles is ssh's configuration, read once a run for each class of targets.
type sshFiles struct {
	mu   sync.Mutex
	read map[class]*sshconf.Config
}

// class is what ssh's configuration is read for once: targets that are written with
// the same user and port, which are options of ssh's.
type class struct{ file, user, args string }

func classOf(q sshconf.Query) class { return class{q.File, q.User, strings.Join(q.Args, " ")} }

func (s *sshFiles) of(q sshconf.Query) (c *sshconf.Config, err error) {
	if s == nil {
		return q.Read()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	as := classOf(q)
	if c = s.read[as]; c != nil {
		return c, nil
	}
	if c, err = q.Read(); err != nil {
		return nil, err
	}
	if s.read == nil {
		s.read = make(map[class]*sshconf.Config)
	}
	s.read[as] = c
	return c, nil
}

// proxied reports whether a ProxyCommand connects that is not this program.
func proxied(command string) bool {
	return command != "" && command != "none" && !runsThisProgram(command)
}

// canonicalHost makes a name of what people write what is asked for: A-labels,
// in lower case. A final dot stays: it keeps the search list off.
func canonicalHost(host string) (string, error) {
	if err := checkHost(host); err != nil {
		return "", err
	}
	if _, literal := resolve.ParseLiteral(host); literal {
		return host, nil
	}
	name, err := resolve.ParseName(host)
	switch {
	case err != nil:
		return "", refuse(exit.Usage, "a host name has labels of 1 to 63 characters, 253 in all", "host %s: %v", quoted(host), err)
	case strings.HasSuffix(host, ".") || !name.HostName():
		return host, nil
	}
	return string(name), nil
}

// knownHostsFiles are the files that ssh would read, the user's first. Tokens
// are expanded by now; of GlobalKnownHostsFile, which has none, ~ is not.
func knownHostsFiles(q sshconf.Query, t target) []string {
	files := paths(t.config.Get("userknownhostsfile"))
	for _, file := range paths(t.config.Get("globalknownhostsfile")) {
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

// paths splits a value of several paths as ssh -G prints it: without the quotes
// that a path with blanks was written in. So neighbouring words that together
// name a file are one path.
func paths(value string) []string {
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
