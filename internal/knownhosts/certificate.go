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

// ErrNoAuthority says that known_hosts has no @cert-authority line for the host with the
// key that signed its certificate. It is the only Verdict.CertError that ssh does not
// report.
var ErrNoAuthority = errors.New("its authority is not one for this host")

// searchAuthority looks for a certificate's authority in the @cert-authority lines of a
// name. Status is certified, revoked, unknown, or changed if the authority is found but the
// certificate is not valid.
func (k keyCheck) searchAuthority(name string, cert *ssh.Certificate) Verdict {
	v := Verdict{Status: StatusUnknown, CertError: ErrNoAuthority}
	lines := k.lines(name)
	for _, l := range lines {
		if l.Marker != CertAuthority {
			continue
		}
		if cert.SignatureKey != nil && samePublic(l.Key, cert.SignatureKey) {
			v.Status = StatusChanged
			if v.CertError = k.valid(cert); v.CertError == nil {
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

// authoritySignatures is the default of CASignatureAlgorithms (ssh_config(5)).
var authoritySignatures = []string{
	ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
}

func (k keyCheck) signatures() []string {
	if k.Rules.CASignatures != nil {
		return k.Rules.CASignatures
	}
	return authoritySignatures
}

// valid returns why a certificate whose authority is known is not valid (OpenSSH's
// sshkey_cert_check_host), in ssh's order.
func (k keyCheck) valid(cert *ssh.Certificate) error {
	now := uint64(max(k.now.Unix(), 0))
	switch {
	case cert.CertType != ssh.HostCert:
		return errors.New("it is not a host certificate")
	case now < cert.ValidAfter:
		return fmt.Errorf("it is not valid before %s", date(cert.ValidAfter))
	case now >= cert.ValidBefore:
		return fmt.Errorf("it expired on %s", date(cert.ValidBefore))
	case !k.isFor(cert):
		return fmt.Errorf("it is for %s", names(cert.ValidPrincipals))
	case len(cert.CriticalOptions) > 0:
		return errors.New("it has critical options, which a host certificate cannot have")
	case cert.Signature == nil:
		return errors.New("it is not signed")
	case !slices.Contains(k.signatures(), cert.Signature.Format):
		return fmt.Errorf("its authority signs by %s, which CASignatureAlgorithms leaves out",
			safetext.Name(cert.Signature.Format))
	}
	return k.verify(cert)
}

// isFor reports whether the certificate is for the host. Since 10.3 ssh accepts wildcards,
// and no longer accepts a certificate without names for every host.
func (k keyCheck) isFor(cert *ssh.Certificate) bool {
	name := k.Host.principal()
	if k.Rules.Release.before(10, 3) {
		return len(cert.ValidPrincipals) == 0 || slices.Contains(cert.ValidPrincipals, name)
	}
	return slices.ContainsFunc(cert.ValidPrincipals, func(p string) bool { return sshconf.MatchPattern(p, name) })
}

// verify checks the authority's signature. ssh does so when it parses the certificate,
// golang.org/x/crypto/ssh only here. Everything else has been checked before.
func (k keyCheck) verify(cert *ssh.Certificate) error {
	checker := ssh.CertChecker{Clock: func() time.Time { return k.now }}
	name := ""
	if len(cert.ValidPrincipals) > 0 {
		name = cert.ValidPrincipals[0]
	}
	if checker.CheckCert(name, cert) != nil {
		return errors.New("its authority's signature is not genuine")
	}
	return nil
}

// date formats a certificate's time for people.
func date(seconds uint64) string {
	if seconds > math.MaxInt32*100 { // beyond a year of four digits
		return "the end of time"
	}
	return time.Unix(int64(seconds), 0).UTC().Format(time.DateOnly)
}

// names formats a certificate's principals for people; they are untrusted.
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
