package cli

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"

	"rdnsproxy/check"
	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"
)

// target is one line of input after ssh's configuration has been applied.
type target struct {
	check.Target
	settings   settings
	knownHosts []string // files, in ssh's order
	config     *sshconf.Host
	refused    string // what ssh says of this host instead of connecting, as the user wants (RefuseConnection)
	user       string // as typed; "" if none was
}

// targetKeywords are what check takes from ssh's configuration.
var targetKeywords = append([]string{
	"hostname", "port", "user", "proxyjump", "proxycommand", "hostkeyalias", "userknownhostsfile", "globalknownhostsfile",
	"verifyhostkeydns", "hostbasedauthentication", "gssapiauthentication", "gssapitrustdns",
	"gssapiserveridentity",
}, relayKeywords...)

// maxHops bounds how many jump hosts are followed to the first.
const maxHops = 8

// resolveTarget applies ssh's configuration to what was typed.
func (f *checkFlags) resolveTarget(ctx context.Context, w World, v *voice, word string) (target, error) {
	typed, err := parseTarget(word)
	if err != nil {
		return target{}, err
	}
	t, err := f.configured(ctx, w, v, typed)
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
			return target{}, refuse("ssh itself would not get there either; look at ProxyJump in ssh's configuration", "the jump hosts of %s lead round in a circle", quoted(word))
		}
		jump, err := parseTarget(hop)
		if err != nil {
			return target{}, err
		}
		behind, config := t.Via, t.config
		if t, err = f.configured(ctx, w, v, jump); err != nil {
			return target{}, err
		}
		if behind == "" {
			behind = host
		}
		t.Input, t.Via = word, behind
		if f.printConfig {
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
func (f *checkFlags) configured(ctx context.Context, w World, v *voice, typed typedTarget) (target, error) {
	t := target{Target: check.Target{Host: typed.host, Port: 22}, user: typed.user}
	q := asUser(w, sshconf.Query{Host: typed.host, User: typed.user, File: f.sshConfig, Keywords: targetKeywords, Strict: true})
	var err error
	t.config, err = f.files.lookup(ctx, q)
	var doubtful *sshconf.UnevaluatedError
	var refused *sshconf.RefusedError
	switch {
	case errors.As(err, &doubtful):
		v.notice(err.Error())
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
	t.Proxied = proxied(t.config.Get("proxycommand"))
	if !f.dnsOnly {
		t.knownHosts = knownHostsFiles(q, t)
	}
	if t.settings, err = settingsOf(t.config); err != nil {
		return target{}, err
	}
	family, err := f.family()
	t.settings.override(family, f.connectFlags, f.given)
	return t, err
}

// sshFiles is ssh's configuration, read once a run: for all targets that are
// written with the same user, who is an option of ssh's.
type sshFiles struct {
	mu   sync.Mutex
	read map[readAs]*sshconf.Config
}

type readAs struct{ file, user string }

func (s *sshFiles) lookup(ctx context.Context, q sshconf.Query) (*sshconf.Host, error) {
	if s == nil {
		return q.Lookup(ctx)
	}
	c, err := s.of(q)
	if err != nil {
		return nil, err
	}
	return c.Lookup(ctx, q.Host)
}

func (s *sshFiles) of(q sshconf.Query) (c *sshconf.Config, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	as := readAs{q.File, q.User}
	if c = s.read[as]; c != nil {
		return c, nil
	}
	if c, err = q.Read(); err != nil {
		return nil, err
	}
	if s.read == nil {
		s.read = make(map[readAs]*sshconf.Config)
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
		return "", refuse("a host name has labels of 1 to 63 characters, 253 in all", "host %s: %v", quoted(host), err)
	case strings.HasSuffix(host, ".") || !name.HostName():
		return host, nil
	}
	return string(name), nil
}

// knownHostsFiles are the files that ssh would read, the user's first.
func knownHostsFiles(q sshconf.Query, t target) []string {
	tokens := strings.NewReplacer("%%", "%", "%d", q.Home, "%u", q.LocalUser, "%h", t.Host, "%n", q.Host)
	var files []string
	for _, keyword := range []string{"userknownhostsfile", "globalknownhostsfile"} {
		for _, file := range paths(t.config.Get(keyword)) {
			if rest, ok := strings.CutPrefix(file, "~/"); ok {
				file = q.Home + "/" + rest
			}
			files = append(files, tokens.Replace(file))
		}
	}
	return files
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
