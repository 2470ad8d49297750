package cli

import (
	"context"
	"errors"
	"strings"
	"sync"

	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/sshconf"
)

// algorithmKeywords are the settings that decide, with what the server has, what
// ssh negotiates. Their values are made from the build's own defaults, so ssh -G
// is asked for them.
var algorithmKeywords = []string{"hostkeyalgorithms", "kexalgorithms", "ciphers", "macs"}

// algorithms asks ssh what it would send to each target.
type algorithms struct {
	mu     sync.Mutex
	askers map[readAs]asker
	untold sync.Once // that ssh cannot be asked
}

type asker struct {
	*sshconf.Asker
	files *sshconf.Config
}

// sends is what ssh would send.
type sends struct {
	rules knownhosts.Rules
	lists sshprobe.Lists
	by    string // who says so
}

// of asks for a target. Where ssh cannot be asked, the newest release's is assumed,
// and a notice says so once.
func (a *algorithms) of(ctx context.Context, s *survey, t *target) (sends, error) {
	q := asUser(s.w, sshconf.Query{User: t.user, File: s.f.sshConfig, Keywords: algorithmKeywords})
	ssh, err := a.asker(q)
	if err != nil {
		return sends{}, configurationError(t.config.Name, err)
	}
	h, err := ssh.Ask(ctx, ssh.files, t.config.Name)
	var not *sshconf.NotAskedError
	switch {
	case errors.As(err, &not):
		a.untold.Do(func() {
			s.voice.notice(err.Error() + ": those of " + sshprobe.NewestLists + " are assumed")
		})
		return sends{by: sshprobe.NewestLists + " (assumed)"}, nil
	case err != nil:
		return sends{}, err
	}
	list := func(keyword string) []string { return strings.Split(h.Get(keyword), ",") }
	return sends{
		rules: knownhosts.Rules{HostKeys: list("hostkeyalgorithms"), KeepOrder: keepsOrder(h)},
		lists: sshprobe.Lists{Exchanges: list("kexalgorithms"), Ciphers: list("ciphers"), MACs: list("macs")},
		by:    sshconf.BySSH,
	}, nil
}

func (a *algorithms) asker(q sshconf.Query) (asker, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	as := readAs{q.File, q.User}
	if known, ok := a.askers[as]; ok {
		return known, nil
	}
	files, err := q.Read()
	if err != nil {
		return asker{}, err
	}
	if a.askers == nil {
		a.askers = make(map[readAs]asker)
	}
	a.askers[as] = asker{q.Asker(), files}
	return a.askers[as], nil
}

// keepsOrder says that ssh sends HostKeyAlgorithms as it stands: where the setting
// names the list itself or starts with ^. Where only ssh knows how it was written,
// that is so unless the list is its default.
func keepsOrder(h *sshconf.Host) bool {
	text, sure := h.Written("hostkeyalgorithms")
	if sure {
		return text != "" && text[0] != '+' && text[0] != '-'
	}
	return h.Get("hostkeyalgorithms") != strings.Join(knownhosts.DefaultAlgorithms(), ",")
}
