package survey

import (
	"net/netip"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
	"rdnsproxy/sshconf"
)

// Client ask about the other direction: what servers make of this client.
type Client struct {
	Self    bool    // the client is the one that this login came from
	Address string  // of another client
	From    *string // a from= list of authorized_keys to try it on; nil: none
}

func (c *Client) wanted() bool { return c.Self || c.Address != "" }

// address is the client's: the one that was given, or what the sshd that this login
// came through saw, the first word of SSH_CONNECTION (ssh(1), "ENVIRONMENT").
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

// words are the client's address as the only target.
func (c *Client) words(w console.World, operands []string) ([]target.Word, error) {
	if len(operands) > 0 {
		return nil, console.Refuse(exit.Usage, "remove the targets: these flags check the client's own address", "--self and --client cannot be combined with targets")
	}
	a, err := c.address(w)
	return target.Typed([]string{a}), err
}

// asServersSeeIt adds what a server would make of the client that r is about.
func (c *Client) asServersSeeIt(r *check.Result) *check.Result {
	from := ""
	if c.From != nil {
		from = *c.From
	}
	r.Findings = append(r.Findings, check.SelfFindings(r, from, sshconf.Match)...)
	r.Severity = check.Worst(r.Findings)
	return r
}
