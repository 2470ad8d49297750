package cli

import (
	"net/netip"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/exit"
	"rdnsproxy/sshconf"
)

// clientOptions ask about the other direction: what servers make of this client.
type clientOptions struct {
	Self    bool    // the client is the one that this login came from
	Address string  // of another client
	From    *string // a from= list of authorized_keys to try it on; nil: none
}

func (c *clientOptions) wanted() bool { return c.Self || c.Address != "" }

// address is the client's: the one that was given, or what the sshd that this login
// came through saw, the first word of SSH_CONNECTION (ssh(1), "ENVIRONMENT").
func (c *clientOptions) address(w console) (string, error) {
	word, _, _ := strings.Cut(w.getenv("SSH_CONNECTION"), " ")
	hint := "log in to the server that asks, and run it there, or name the address by --client"
	if c.Address != "" {
		word, hint = c.Address, "--client takes the address that servers see"
	}
	if word == "" {
		return "", refuse(exit.Usage, hint, "SSH_CONNECTION is not set: this is no login by ssh")
	}
	a, err := netip.ParseAddr(word)
	if err != nil {
		return "", refuse(exit.Usage, hint, "client address %s is none", quoted(word))
	}
	return a.String(), nil
}

// words are the client's address as the only target.
func (c *clientOptions) words(w console, operands []string) ([]word, error) {
	if len(operands) > 0 {
		return nil, refuse(exit.Usage, "leave them out: the client's address is what is looked at", "--self and --client take no targets")
	}
	a, err := c.address(w)
	return typed([]string{a}), err
}

// asServersSeeIt adds what a server would make of the client that r is about.
func (c *clientOptions) asServersSeeIt(r *check.Result) *check.Result {
	from := ""
	if c.From != nil {
		from = *c.From
	}
	r.Findings = append(r.Findings, check.SelfFindings(r, from, sshconf.Match)...)
	r.Severity = check.Worst(r.Findings)
	return r
}
