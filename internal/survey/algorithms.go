package survey

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/sshconf"
)

// algorithmKeywords are the settings that decide, together with the server's offer,
// what ssh negotiates, which host key it asks for and whether it accepts it. Some
// values depend on the defaults of the ssh build, so ssh -G is asked for them.
var algorithmKeywords = []string{
	"hostkeyalgorithms", "kexalgorithms", "ciphers", "macs",
	"casignaturealgorithms", "requiredrsasize", "revokedhostkeys", "knownhostscommand",
	"nohostauthenticationforlocalhost", "checkhostip", "fingerprinthash", "stricthostkeychecking",
}

// algorithms asks ssh what it would send to each target.
type algorithms struct {
	mu            sync.Mutex
	askers        map[target.Class]asker
	revoked       map[string]*knownhosts.Revocations
	assumedNotice sync.Once // that ssh cannot be asked

	asked   sync.Once // for its release
	release knownhosts.Release
}

type asker struct {
	*sshconf.Asker
	files *sshconf.Config
}

// clientSettings are the algorithms that ssh would offer and the rules by which it
// judges the server's host key.
type clientSettings struct {
	rules  knownhosts.Rules
	lists  sshprobe.Lists
	strict bool   // StrictHostKeyChecking yes
	by     string // where the lists are from
}

// of asks ssh for the settings of a target. If ssh cannot be asked, those of the
// newest release are assumed, and a notice says so once.
func (a *algorithms) of(ctx context.Context, s *Survey, t *target.Target) (clientSettings, error) {
	q := t.Query
	q.Keywords, q.Strict = algorithmKeywords, false
	ssh, err := a.asker(q)
	if limits.Starved(err) {
		return clientSettings{}, err
	}
	if err != nil {
		return clientSettings{}, target.ConfigError(t.Config.Name, err)
	}
	h, err := ssh.Ask(ctx, ssh.files, t.Config)
	if err == nil && tokens(h, "revokedhostkeys") { // the tokens expand differently for each host
		h, err = ssh.Ask(ctx, nil, h)
	}
	var not *sshconf.NotAskedError
	switch {
	case errors.As(err, &not):
		a.assumedNotice.Do(func() {
			s.voice.Notice(err.Error() + "; assuming the algorithms of " + sshprobe.NewestLists)
		})
		return clientSettings{
			by:    sshprobe.NewestLists + " (assumed)",
			rules: knownhosts.Rules{Release: a.installed(q), Unread: refusing(ssh.files, t.Config.Name)},
		}, nil
	case err != nil:
		return clientSettings{}, err
	}
	release, _ := knownhosts.ParseRelease(h.Version())
	strict := h.Get("stricthostkeychecking")
	return clientSettings{
		rules: s.rules(t, h, release),
		lists: sshprobe.Lists{
			Exchanges: commaList(h.Get("kexalgorithms")),
			Ciphers:   commaList(h.Get("ciphers")),
			MACs:      commaList(h.Get("macs")),
		},
		strict: strict == "true" || strict == "yes",
		by:     sshconf.BySSH,
	}, nil
}

// refusing lists the settings of a host that can make ssh refuse a key that
// known_hosts has.
func refusing(c *sshconf.Config, host string) (set []string) {
	for _, keyword := range []string{"RevokedHostKeys", "KnownHostsCommand"} {
		if c.MaySet(host, strings.ToLower(keyword)) {
			set = append(set, keyword)
		}
	}
	return set
}

// installed returns the release of the installed ssh; zero if there is none, which
// stands for the newest. It is shared by all targets, so it does not use the context
// of one of them.
func (a *algorithms) installed(q sshconf.Query) knownhosts.Release {
	a.asked.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limits.SSHTime)
		defer cancel()
		a.release, _ = knownhosts.ParseRelease(q.Version(ctx))
	})
	return a.release
}

func (a *algorithms) asker(q sshconf.Query) (asker, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	as := target.ClassOf(q)
	if known, ok := a.askers[as]; ok {
		return known, nil
	}
	files, err := q.Read()
	if err != nil {
		return asker{}, err
	}
	if a.askers == nil {
		a.askers = make(map[target.Class]asker)
	}
	a.askers[as] = asker{q.Asker(), files}
	return a.askers[as], nil
}

// tokens reports whether the value of a keyword is written with % tokens.
func tokens(h *sshconf.Host, keyword string) bool {
	text, _ := h.Written(keyword)
	return strings.Contains(text, "%")
}

// keepsOrder reports whether ssh sends HostKeyAlgorithms in the configured order,
// which it does if the setting is a plain list or starts with ^. If only ssh knows
// how it was written, keep is a guess from the list, and unsure is set.
func keepsOrder(h *sshconf.Host) (keep, unsure bool) {
	text, sure := h.Written("hostkeyalgorithms")
	if text = strings.TrimLeft(text, " \t=\""); sure {
		return text != "" && text[0] != '+' && text[0] != '-', false
	}
	list, defaults := commaList(h.Get("hostkeyalgorithms")), knownhosts.DefaultAlgorithms()
	if slices.Equal(list, defaults) {
		return false, false
	}
	added := len(list) > len(defaults) && slices.Equal(list[:len(defaults)], defaults)
	return !added && !isSubsequence(list, defaults), true
}

// isSubsequence reports whether some is a part of list in the same order.
func isSubsequence(some, list []string) bool {
	for _, word := range some {
		i := slices.Index(list, word)
		if i < 0 {
			return false
		}
		list = list[i+1:]
	}
	return true
}

func commaList(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, ",")
}
