package survey

import (
	"context"
	"net/netip"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/sshconf"
)

// Client asks about the other direction: how servers see a client.
type Client struct {
	Self    bool    // check the client of this ssh login
	Address string  // check the client with this address
	From    *string // a from= list of authorized_keys to match it against; nil: none
}

// Enabled reports whether a client is asked about.
func (c *Client) Enabled() bool { return c.Self || c.Address != "" }

// address returns the client's address: the given one, or the one that the sshd of
// this login saw, the first word of SSH_CONNECTION (ssh(1), "ENVIRONMENT").
func (c *Client) address(w console.World) (string, error) {
	word, _, _ := strings.Cut(w.Getenv("SSH_CONNECTION"), " ")
	hint := "run it on the server, inside an ssh login, or give the address with --client"
	if c.Address != "" {
		word, hint = c.Address, "--client takes the address that servers see"
	}
	if word == "" {
		return "", console.Refuse(exit.Usage, hint, "SSH_CONNECTION is not set: not inside an ssh login")
	}
	a, err := netip.ParseAddr(word)
	if err != nil {
		return "", console.Refuse(exit.Usage, hint, "%s is not an IP address", console.Quoted(word))
	}
	return a.String(), nil
}

// CheckClient checks how servers see the client with an address, as Run does for
// Options.Client. If it is interrupted, the result says only that (check.Unfinished).
func (s *Survey) CheckClient(ctx context.Context, a netip.Addr) *check.Result {
	t, err := s.PlainTarget(ctx, a.String())
	if err != nil {
		return check.Unjudged(a.String())
	}
	return s.check(ctx, t, true)
}

// askClient checks a client, and adds how a server would see it.
func (s *Survey) askClient(ctx context.Context, ask check.Ask) *check.Result {
	from := ""
	if s.o.Client.From != nil {
		from = *s.o.Client.From
	}
	r := s.checker.Check(ctx, ask)
	r.Findings = append(r.Findings, check.SelfFindings(r, from, sshconf.Match)...)
	r.Severity = check.Worst(r.Findings)
	return r
}
