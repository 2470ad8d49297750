package survey

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"os"
	"os/user"
	"strconv"
	"strings"

	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/target"
	"rdnsproxy/sshconf"
)

// rules returns ssh's settings about host keys for a target; said is the output of
// ssh -G for it.
func (s *Survey) rules(t *target.Target, said *sshconf.Host, release knownhosts.Release) knownhosts.Rules {
	r := knownhosts.Rules{
		Release:      release,
		HostKeys:     commaList(said.Get("hostkeyalgorithms")),
		CASignatures: commaList(said.Get("casignaturealgorithms")),
	}
	r.KeepOrder, r.OrderUnsure = keepsOrder(said)
	r.RSABits, _ = strconv.Atoi(said.Get("requiredrsasize"))
	for _, path := range revokedPaths(said.Get("revokedhostkeys"), release) {
		r.Revoked = append(r.Revoked, s.algorithms.revocations(path))
	}
	proxy := t.Config.Get("proxycommand")
	direct := proxy == "" || proxy == "none"
	r.TrustLoopback = direct && said.Get("nohostauthenticationforlocalhost") == "yes"
	r.CheckAddress = direct && said.Get("checkhostip") == "yes"
	if line := said.Get("knownhostscommand"); line != "" && line != "none" {
		r.Command = s.command(t, line, said, release)
	}
	return r
}

// revokedPaths splits RevokedHostKeys: a single path, which may contain blanks, or
// several since OpenSSH 10.3.
func revokedPaths(value string, r knownhosts.Release) []string {
	switch {
	case value == "" || value == "none":
		return nil
	case r.TakesSeveralRevoked():
		return target.Paths(value)
	}
	return []string{value}
}

// revocations reads a file of RevokedHostKeys, once for all targets.
func (a *algorithms) revocations(path string) *knownhosts.Revocations {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.revoked[path] == nil {
		if a.revoked == nil {
			a.revoked = make(map[string]*knownhosts.Revocations)
		}
		a.revoked[path] = knownhosts.RevokedIn(path)
	}
	return a.revoked[path]
}

// command returns KnownHostsCommand for a target, with the tokens of OpenSSH's
// DEFAULT_CLIENT_PERCENT_EXPAND_ARGS.
func (s *Survey) command(
	t *target.Target, line string, said *sshconf.Host, release knownhosts.Release,
) *knownhosts.Command {
	machine, _ := os.Hostname()
	short, _, _ := strings.Cut(machine, ".")
	login := cmp.Or(t.Config.Get("user"), t.Query.LocalUser)
	port := strconv.Itoa(int(t.Port))
	jump := t.Config.Get("proxyjump")
	if jump == "none" || !release.HasJumpToken() {
		jump = ""
	}
	hash := sha1.Sum([]byte(machine + t.Host + port + login + jump))
	c := &knownhosts.Command{
		Line: line,
		MD5:  said.Get("fingerprinthash") == "MD5",
		Tokens: map[byte]string{
			'C': hex.EncodeToString(hash[:]), 'L': short, 'l': machine, 'd': t.Query.Home,
			'h': t.Host, 'n': t.Query.Host, 'k': cmp.Or(t.KeyName, t.Query.Host), 'p': port, 'r': login,
			'u': t.Query.LocalUser,
		},
		Getenv: s.w.LookupEnv,
		Env:    []string{sshconf.EvaluatingEnv + "=1"},
	}
	if release.HasJumpToken() {
		c.Tokens['j'] = jump
	}
	if u, err := user.Current(); err == nil {
		c.Tokens['i'] = u.Uid
	}
	if t.Query.Evaluating {
		c.Withheld = "ssh is evaluating its own configuration with this program"
	}
	return c
}
