package survey

import (
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

// addServerFindings adds how a server would see the client that r is about.
func (c *Client) addServerFindings(r *check.Result) *check.Result {
	from := ""
	if c.From != nil {
		from = *c.From
	}
	r.Findings = append(r.Findings, check.SelfFindings(r, from, sshconf.Match)...)
	r.Severity = check.Worst(r.Findings)
	return r
}
