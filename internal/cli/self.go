package cli

import (
	"net/netip"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/sshconf"
)

// selfFlags are the flags of the other direction: what servers make of this
// client.
type selfFlags struct {
	self   bool
	client string
	from   string
}

func (s *selfFlags) wanted() bool { return s.self || s.client != "" }

// address is the client's: --client, or what the sshd that this login came
// through saw, the first word of SSH_CONNECTION (ssh(1), "ENVIRONMENT").
func (s *selfFlags) address(w World) (string, error) {
	word, _, _ := strings.Cut(w.getenv("SSH_CONNECTION"), " ")
	hint := "log in to the server that asks, and run it there, or name the address by --client"
	if s.client != "" {
		word, hint = s.client, "--client takes the address that servers see"
	}
	if word == "" {
		return "", refuse(hint, "SSH_CONNECTION is not set: this is no login by ssh")
	}
	a, err := netip.ParseAddr(word)
	if err != nil {
		return "", refuse(hint, "client address %s is none", quoted(word))
	}
	return a.String(), nil
}

// selfWords is the client's address as the only target.
func (s *selfFlags) selfWords(w World, operands []string) ([]word, error) {
	if len(operands) > 0 {
		return nil, refuse("leave them out: the client's address is what is looked at", "--self and --client take no targets")
	}
	a, err := s.address(w)
	return typed([]string{a}), err
}

// asServersSeeIt adds what a server would make of the client that r is about.
func (s *selfFlags) asServersSeeIt(r *check.Result) *check.Result {
	r.Findings = append(r.Findings, check.SelfFindings(r, s.from, sshconf.Match)...)
	r.Severity = check.Worst(r.Findings)
	return r
}
