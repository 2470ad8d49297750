package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/resolve"
)

// speaksSSH reports whether ssh can use the address: ssh and the server there can exchange
// keys.
func (a AddressFacts) speaksSSH() bool {
	p := a.Probe
	return p != nil && p.Connect == ConnectOK && p.Identity == IdentitySSH && p.Broken == "" && p.Differ == "" &&
		p.Cut == ""
}

// tried reports whether this machine could try to connect to an address.
func tried(a AddressFacts) bool { return a.Probe != nil && a.Probe.Connect != ConnectSkipped }

// connect returns the probe's connection for a Result; nil without a probe.
func (p *Probe) connect() *Connect {
	if p == nil {
		return nil
	}
	return &Connect{Status: p.Connect, Seconds: seconds(p.Connecting), Error: p.Error, Via: p.Via}
}

// ssh returns the probe's SSH server for a Result; nil if nothing spoke SSH.
func (f *judgement) ssh(p *Probe) *SSH {
	if p == nil || p.Connect != ConnectOK || p.Identity != IdentitySSH {
		return nil
	}
	s := &SSH{Version: p.Version.String(), Client: p.Client, HostKeys: []HostKey{}}
	for _, k := range p.Keys {
		k = f.withFingerprint(k)
		if !f.proven(k) {
			k.Line = ""
		}
		s.HostKeys = append(s.HostKeys, k.HostKey)
	}
	return s
}

// probeFindings returns the findings about the server at one address. A dead address is
// only a notice if another one works.
func probeFindings(f *judgement, a *judgedAddress) []Finding {
	if a.Probe == nil {
		return nil
	}
	served := slices.ContainsFunc(f.Addresses, AddressFacts.speaksSSH)
	at := show(a.Addr) + " port " + fmt.Sprint(f.Target.Port)
	found := func(c Code, text string) []Finding {
		return []Finding{NewFinding(c, a.Addr, at+": "+text).When(served, WhenOtherServes)}
	}
	switch a.Probe.Connect {
	case ConnectOK:
	case ConnectCutShort:
		return nil // cutFinding reports it
	case ConnectHeldBack:
		return found(SSHSkipped, a.Probe.Error)
	case ConnectSkipped:
		skipped := NewFinding(ConnectCode(ConnectSkipped), a.Addr,
			at+": this machine has no "+resolve.FamilyOf(a.lookup).String()+" route")
		return []Finding{skipped.When(!slices.ContainsFunc(f.Addresses, tried), WhenAllSkipped)}
	default:
		return found(ConnectCode(a.Probe.Connect), connectText(a.Probe))
	}
	switch a.Probe.Identity {
	case IdentitySilent:
		if begun := a.Probe.Version.String(); begun != "" {
			return found(SSHSilent, "sends only part of an SSH banner: "+displayText(begun))
		}
		return found(SSHSilent, "accepts connections but sends no SSH banner")
	case IdentityClosed:
		return found(SSHClosed, "closes the connection before sending an SSH banner")
	case IdentityAway:
		return found(SSHTurnedAway, turnedAwayText(a.Probe))
	case IdentityOld:
		return found(SSHOld,
			"speaks only SSH 1 ("+displayText(a.Probe.Version.String())+"), which OpenSSH no longer supports since 7.6")
	case IdentityOther:
		return found(SSHOther, "does not speak SSH: "+displayText(a.Probe.Version.String()))
	}
	switch {
	case a.Probe.Differ != "":
		differ := NewFinding(SSHNegotiate, a.Addr, "Unable to negotiate with "+at+": "+a.Probe.Differ)
		return []Finding{differ.When(served, WhenOtherServes)}
	case a.Probe.Broken != "":
		return found(SSHStalled, "sends an SSH banner, then fails: "+a.Probe.Broken)
	}
	findings := keyFindings(f, a)
	// A wanted key is missing, so it does not matter whether another address works.
	switch h := a.Probe.Hindered; {
	case h == nil:
	case h.Connect == ConnectHeldBack:
		findings = append(findings, NewFinding(SSHSkipped, a.Addr, at+": "+h.Error))
	default:
		findings = append(findings, NewFinding(SSHTurnedAway, a.Addr, at+": "+turnedAwayText(h)))
	}
	return append(findings, slowConnection(a)...)
}

func turnedAwayText(p *Probe) string {
	return "sshd is refusing connections from this machine (" + displayText(p.Version.String()) +
		"); frequent checks can be the cause, and ssh is refused as well"
}

// expectationFinding reports that no host key of the target itself was seen although
// --expect-hostkey names some. Keys of a jump host do not count.
func expectationFinding(f *judgement) (Finding, bool) {
	if len(f.ExpectKeys) == 0 || f.sawKey() {
		return Finding{}, false
	}
	host := f.Target.Host
	if f.Target.Via != "" {
		host = f.Target.Via
	}
	return aboutTarget(HostKeyUnseen,
		"no host key of "+displayHost(host)+" was seen, so the expected one could not be confirmed"), true
}

func connectText(p *Probe) string {
	if p.Error != "" {
		return p.Error
	}
	return string(p.Connect)
}

// keyFindings returns the findings about the host keys at one address.
func keyFindings(f *judgement, a *judgedAddress) []Finding {
	var fs []Finding
	found := func(c Code, format string, args ...any) Finding {
		return NewFinding(c, a.Addr, fmt.Sprintf(format, args...))
	}
	known := false
	expected := len(f.ExpectKeys) == 0 || len(a.Probe.Keys) == 0 // without keys, expectationFinding reports it
	var unknown []string
	chosen := false // the key that ssh would be shown is one of the unknown
	for _, k := range a.Probe.Keys {
		k = f.withFingerprint(k)
		known = known || k.Status.Proven()
		expected = expected || slices.Contains(f.ExpectKeys, k.Fingerprint)
		if k.Status == KeyUnknown && k.Refused == "" && !k.Unchecked {
			unknown = append(unknown, k.Type+" "+k.Fingerprint)
			chosen = chosen || k.Chosen
		}
		fs = append(fs, verdictFindings(a, k)...)
	}
	if !expected && a.Probe.Hindered == nil && a.Probe.Cut == "" { // otherwise it may be one that was not fetched
		fs = append(fs, found(HostKeyUnexpected, "%s presents none of the expected host keys", show(a.Addr)))
	}
	refused := ""
	if a.Probe.Strict {
		refused = "; StrictHostKeyChecking is yes, so ssh refuses it"
	}
	switch {
	case len(unknown) > 0 && !known:
		fs = append(fs, found(HostKeyUnknown, "no host key of %s is known yet (%s)%s",
			show(a.Addr), list(unknown), refused).When(a.Probe.Strict, WhenStrict))
	case chosen:
		fs = append(fs, found(HostKeyUnknown,
			"the host key that %s would present to ssh is not known, although another is (%s)%s",
			show(a.Addr), list(unknown), refused).When(a.Probe.Strict, WhenStrict))
	}
	if a.Probe.Keyless != "" { // the key that ssh would be shown may be there, and only another one missing
		missing := a.Probe.HostKnown && !slices.ContainsFunc(a.Probe.Keys, a.shown)
		fs = append(fs, found(SSHKeyless, "%s: host keys could not be fetched: %s",
			show(a.Addr), a.Probe.Keyless).When(missing, WhenKeyMissing))
	}
	return append(fs, fingerprintFindings(f, a)...)
}

// verdictFindings returns what ssh says about one key beyond that it is known or unknown.
// A key that ssh would not be shown does not end a login, so it is only a notice.
func verdictFindings(a *judgedAddress, k Key) []Finding {
	var fs []Finding
	found := func(c Code, format string, args ...any) Finding {
		return NewFinding(c, a.Addr, fmt.Sprintf(format, args...))
	}
	besides := ""
	if !a.shown(k) {
		besides = "; ssh would be shown another key"
	}
	for _, d := range k.Doubts {
		fs = append(fs, found(HostKeyUnevaluated, "the %s host key of %s: %s",
			k.Type, show(a.Addr), d.Text).When(!d.Open, WhenPassedOver))
	}
	switch {
	case k.Refused != "":
		fs = append(fs, found(HostKeyRefused, "ssh refuses the %s host key of %s: %s%s",
			k.Type, show(a.Addr), k.Refused, besides).When(!a.shown(k), WhenNotChosen))
	case k.Unchecked:
		fs = append(fs, found(HostKeyUnchecked,
			"ssh accepts any host key of %s, because NoHostAuthenticationForLocalhost is yes; it presents %s %s",
			show(a.Addr), k.Type, k.Fingerprint))
	case k.Status == KeyChanged && k.Known != "":
		fs = append(fs, found(HostKeyChanged, "%s presents host key %s %s, which does not match the known %s (%s)",
			show(a.Addr), k.Type, k.Fingerprint, k.Known, k.Evidence))
	case k.Status == KeyChanged:
		fs = append(fs, found(HostKeyChanged, "%s presents host key %s %s, which does not match the known one (%s)",
			show(a.Addr), k.Type, k.Fingerprint, k.Evidence))
	case k.Status == KeyRevoked:
		fs = append(fs, found(HostKeyRevoked, "%s presents a revoked host key: %s %s (%s)%s",
			show(a.Addr), k.Type, k.Fingerprint, k.Evidence, besides).When(!a.shown(k), WhenNotChosen))
	}
	if k.Voided != "" {
		fs = append(fs, found(HostKeyVoided, "the certificate of the %s host key of %s is not valid here: %s",
			k.Type, show(a.Addr), k.Voided))
	}
	return fs
}

// shown reports whether the key is the one that ssh would be shown; true of every key if
// that is not known.
func (a *judgedAddress) shown(k Key) bool {
	return k.Chosen || !slices.ContainsFunc(a.Probe.Keys, func(k Key) bool { return k.Chosen })
}

// slow is the time from which on a phase is reported as slow: people notice a second.
const slow = time.Second

// slowConnection reports the slow phases of connecting to an address.
func slowConnection(a *judgedAddress) []Finding {
	connecting := phase{SlowConnect, a.Probe.Connecting, "connecting to %s took %.1f s"}
	if a.Probe.Cut != "" { // the time ran out in a later phase, so its duration is not known
		return slowPhases(a.Addr, []phase{connecting})
	}
	return slowPhases(a.Addr, []phase{
		connecting,
		{SlowIdentify, a.Probe.Identifying,
			"%s took %.1f s to send its SSH banner: it may be looking up this machine's name"},
		{SlowHostKeys, a.Probe.KeyFetching, "fetching the host keys of %s took %.1f s"},
	})
}

// slowNames reports that the reverse lookup of an address is slow, together with the
// forward lookup of its slowest name.
func slowNames(a *judgedAddress) []Finding {
	took := a.Reverse.Took
	for _, p := range a.PTRs {
		took = max(took, a.Reverse.Took+p.Forward.Took)
	}
	return slowPhases(a.Addr, []phase{
		{SlowReverse, took, "the reverse lookup of %s took %.1f s: anything that waits for it, such as an sshd with " +
			"UseDNS yes, is just as slow"},
	})
}

// phase is a part of reaching a host, and the finding if it is slow.
type phase struct {
	code Code
	took time.Duration
	text string
}

func slowPhases(a netip.Addr, phases []phase) []Finding {
	var fs []Finding
	for _, p := range phases {
		if p.took >= slow {
			fs = append(fs, NewFinding(p.code, a, fmt.Sprintf(p.text, show(a), p.took.Seconds())))
		}
	}
	return fs
}

// displayText cuts a line that a stranger sent, which is safe already.
func displayText(s string) string {
	if s == "" {
		return "(nothing)"
	}
	if len(s) > 80 {
		s = s[:77] + "..."
	}
	return s
}

// evidence is what the host keys at all addresses prove about the target.
type evidence int

const (
	noEvidence  evidence = iota // no address was probed, or no key is known
	keysProven                  // each address presents a proven key
	keysAgainst                 // an address presents a changed or revoked key, or none of the host's known keys
)

// evidence judges the host keys of all addresses. ground says in words what proves a key,
// or where the evidence against the host is.
func (f *judgement) evidence() (e evidence, ground string) {
	proven := 0
	for i := range f.addresses {
		a := &f.addresses[i]
		if a.Probe == nil {
			continue
		}
		vouching := ""
		for _, k := range a.Probe.Keys {
			k = f.withFingerprint(k)
			switch {
			case k.Status == KeyChanged, k.Status == KeyRevoked && a.shown(k):
				return keysAgainst, k.Evidence
			case vouching == "" && f.proven(k):
				vouching = k.voucher()
			}
		}
		switch {
		case vouching != "":
			proven++
			ground = vouching
		case a.Probe.HostKnown:
			return keysAgainst, ""
		}
	}
	if proven > 0 && proven == len(f.Addresses) {
		return keysProven, ground
	}
	return noEvidence, ""
}

// voucher says in words what proves a key. A key in known_hosts may only have been seen
// before, so the text names the line and claims no more.
func (k Key) voucher() string {
	switch k.Status {
	case KeyCertified:
		return "a known authority certified the host key (" + k.Evidence + ")"
	case KeyExpected:
		return "the host key is the expected one"
	case KeyKnown:
		return "the host key matches " + k.Evidence
	}
	return "DNS vouches for the host key (" + k.Evidence + ")"
}

// fingerprints lists the fingerprints of unknown keys, at most three, for people to verify.
func (f *judgement) fingerprints() string {
	var prints []string
	for _, a := range f.Addresses {
		if a.Probe == nil {
			continue
		}
		for _, k := range a.Probe.Keys {
			if k.Status == KeyUnknown && !slices.Contains(prints, k.Fingerprint) {
				prints = append(prints, k.Fingerprint)
			}
		}
	}
	return strings.Join(prints[:min(len(prints), 3)], ", ")
}

// ConnectCode returns the code of the finding about a connection with this outcome.
func ConnectCode(s ConnectStatus) Code { return Code("connect." + string(s)) }
