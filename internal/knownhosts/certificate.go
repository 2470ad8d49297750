package knownhosts

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// ErrNoAuthority says that known_hosts has no @cert-authority line for the host
// with the key that signed its certificate: of each Verdict.CertError the one of
// which ssh says nothing.
var ErrNoAuthority = errors.New("its authority is not one for this host")

// searchAuthority compares a certificate's authority with the @cert-authority
// lines of a name. Status is certified, revoked, changed where the authority is
// one but the certificate is not valid, or unknown.
func (j inquest) searchAuthority(name string, cert *ssh.Certificate) Verdict {
	v := Verdict{Status: StatusUnknown, CertError: ErrNoAuthority}
	lines := j.lines(name)
	for _, l := range lines {
		if l.Marker != CertAuthority {
			continue
		}
		if cert.SignatureKey != nil && samePublic(l.Key, cert.SignatureKey) {
			v.Status = StatusChanged
			if v.CertError = j.valid(cert); v.CertError == nil {
				v = Verdict{Status: StatusCertified, Line: l}
			}
			break
		}
	}
	if cert.SignatureKey == nil {
		return v
	}
	if l := revoked(lines, cert.Key, cert.SignatureKey); l != nil {
		return Verdict{Status: StatusRevoked, Line: l}
	}
	return v
}

// authoritySignatures are the algorithms with which an authority may sign by default
// (ssh_config(5), CASignatureAlgorithms).
var authoritySignatures = []string{
	ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
}

func (j inquest) signatures() []string {
	if j.Rules.CASignatures != nil {
		return j.Rules.CASignatures
	}
	return authoritySignatures
}

// valid says what speaks against a certificate whose authority is known
// (OpenSSH's sshkey_cert_check_host), in ssh's order.
func (j inquest) valid(cert *ssh.Certificate) error {
	now := uint64(max(j.now.Unix(), 0))
	switch {
	case cert.CertType != ssh.HostCert:
		return errors.New("it is not a host certificate")
	case now < cert.ValidAfter:
		return fmt.Errorf("it is not valid before %s", date(cert.ValidAfter))
	case now >= cert.ValidBefore:
		return fmt.Errorf("it expired on %s", date(cert.ValidBefore))
	case !j.isFor(cert):
		return fmt.Errorf("it is for %s", names(cert.ValidPrincipals))
	case len(cert.CriticalOptions) > 0:
		return errors.New("it has critical options, which a host certificate cannot have")
	case cert.Signature == nil:
		return errors.New("it is not signed")
	case !slices.Contains(j.signatures(), cert.Signature.Format):
		return fmt.Errorf("its authority signs by %s, which CASignatureAlgorithms leaves out", safetext.Name(cert.Signature.Format))
	}
	return j.verify(cert)
}

// isFor says that the certificate is for the host. 10.3 took wildcards in for
// all, and no longer takes a certificate without names for one of every host.
func (j inquest) isFor(cert *ssh.Certificate) bool {
	name := j.Host.principal()
	if j.Rules.Release.before(10, 3) {
		return len(cert.ValidPrincipals) == 0 || slices.Contains(cert.ValidPrincipals, name)
	}
	return slices.ContainsFunc(cert.ValidPrincipals, func(p string) bool { return sshconf.MatchPattern(p, name) })
}

// verify checks the authority's signature, without which a certificate would be
// no more than a claim: ssh does so on reading it, golang.org/x/crypto/ssh only
// here. All else has been looked at.
func (j inquest) verify(cert *ssh.Certificate) error {
	checker := ssh.CertChecker{Clock: func() time.Time { return j.now }}
	name := ""
	if len(cert.ValidPrincipals) > 0 {
		name = cert.ValidPrincipals[0]
	}
	if checker.CheckCert(name, cert) != nil {
		return errors.New("its authority's signature is not genuine")
	}
	return nil
}

// date writes a certificate's time for people.
func date(seconds uint64) string {
	if seconds > math.MaxInt32*100 { // beyond a year of four digits
		return "the end of time"
	}
	return time.Unix(int64(seconds), 0).UTC().Format(time.DateOnly)
}

// names writes a certificate's principals for people: a stranger wrote them.
func names(principals []string) string {
	if len(principals) == 0 {
		return "no host"
	}
	const room = 80
	var shown []string
	for _, p := range principals[:min(len(principals), room)] {
		shown = append(shown, safetext.Name(p))
	}
	return safetext.Cut(strings.Join(shown, ", "), room)
}
