package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/resolve"
)

// speaksSSH reports whether an address was found to be of use to ssh: one that
// ssh and the server exchange keys with.
func (a AddressFacts) speaksSSH() bool {
	p := a.Probe
	return p != nil && p.Connect == ConnectOK && p.Identity == IdentitySSH && p.Broken == "" && p.Differ == "" && p.Cut == ""
}

// tried reports whether this machine could try to connect to an address.
func tried(a AddressFacts) bool { return a.Probe != nil && a.Probe.Connect != ConnectSkipped }

// connect and ssh are what a probe looks like in a Result.
func (p *Probe) connect() *Connect {
	if p == nil {
		return nil
	}
	return &Connect{Status: p.Connect, Seconds: seconds(p.Connecting), Error: p.Error}
}

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

// probeFindings are the findings about what is behind one address. Beside an
// address that serves, a dead one is only worth a notice.
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
		return nil // cutFinding tells
	case ConnectHeldBack:
		return found(SSHSkipped, a.Probe.Error)
	case ConnectSkipped:
		tell := NewFinding(ConnectCode(ConnectSkipped), a.Addr, at+": this machine has no "+resolve.FamilyOf(a.lookup).String()+" route")
		return []Finding{tell.When(!slices.ContainsFunc(f.Addresses, tried), WhenAllSkipped)} // else the other addresses tell
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
		return found(SSHOld, "speaks only SSH 1 ("+displayText(a.Probe.Version.String())+"), which OpenSSH no longer supports since 7.6")
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
	// A key that was wanted is missing, whoever else serves.
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

// expectationFinding holds --expect-hostkey against what was seen of the target
// itself: keys that nobody has looked at are none that were expected.
func expectationFinding(f *judgement) (Finding, bool) {
	if len(f.ExpectKeys) == 0 || f.sawKey() {
		return Finding{}, false
	}
	host := f.Target.Host
	if f.Target.Via != "" {
		host = f.Target.Via
	}
	return aboutTarget(HostKeyUnseen, "no host key of "+displayHost(host)+" was seen, so none that is expected"), true
}

func connectText(p *Probe) string {
	if p.Error != "" {
		return p.Error
	}
	return string(p.Connect)
}

// keyFindings are the findings about the host keys behind one address.
func keyFindings(f *judgement, a *judgedAddress) []Finding {
	var fs []Finding
	found := func(c Code, format string, args ...any) Finding {
		return NewFinding(c, a.Addr, fmt.Sprintf(format, args...))
	}
	known, expected := false, len(f.ExpectKeys) == 0 || len(a.Probe.Keys) == 0 // without keys, expectationFinding says so
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
	if !expected && a.Probe.Hindered == nil && a.Probe.Cut == "" { // else it may be among those that could not be fetched
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
		fs = append(fs, found(HostKeyUnknown, "the host key that %s would present to ssh is not known, although another is (%s)%s",
			show(a.Addr), list(unknown), refused).When(a.Probe.Strict, WhenStrict))
	}
	if a.Probe.Keyless != "" { // the key that is missing may be another's
		missing := a.Probe.HostKnown && !slices.ContainsFunc(a.Probe.Keys, a.shown)
		fs = append(fs, found(SSHKeyless, "%s: host keys could not be fetched: %s",
			show(a.Addr), a.Probe.Keyless).When(missing, WhenKeyMissing))
	}
	return append(fs, fingerprintFindings(f, a)...)
}

// verdictFindings say what ssh makes of one key, where it is not simply known or
// unknown. What ssh would not be shown ends no login.
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
		fs = append(fs, found(HostKeyUnevaluated, "the %s host key of %s: %s", k.Type, show(a.Addr), d.Text).When(!d.Open, WhenPassedOver))
	}
	switch {
	case k.Refused != "":
		fs = append(fs, found(HostKeyRefused, "ssh refuses the %s host key of %s: %s%s",
			k.Type, show(a.Addr), k.Refused, besides).When(!a.shown(k), WhenNotChosen))
	case k.Unchecked:
		fs = append(fs, found(HostKeyUnchecked, "ssh accepts any host key of %s, because NoHostAuthenticationForLocalhost is yes; it presents %s %s",
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
		fs = append(fs, found(HostKeyVoided, "the certificate of the %s host key of %s is not valid here: %s", k.Type, show(a.Addr), k.Voided))
	}
	return fs
}

// shown reports whether the key is the one that ssh would be shown, as far as is
// known.
func (a *judgedAddress) shown(k Key) bool {
	return k.Chosen || !slices.ContainsFunc(a.Probe.Keys, func(k Key) bool { return k.Chosen })
}

// slow is from when on a phase is told of: a person notices it.
const slow = time.Second

// slowConnection names the phases behind an address that make ssh slow.
func slowConnection(a *judgedAddress) []Finding {
	connecting := phase{SlowConnect, a.Probe.Connecting, "connecting to %s took %.1f s"}
	if a.Probe.Cut != "" { // in one of the others, which it has not come to the end of
		return slowPhases(a.Addr, []phase{connecting})
	}
	return slowPhases(a.Addr, []phase{
		connecting,
		{SlowIdentify, a.Probe.Identifying, "%s took %.1f s to send its SSH banner: it may be looking up this machine's name"},
		{SlowHostKeys, a.Probe.KeyFetching, "fetching the host keys of %s took %.1f s"},
	})
}

// slowNames names the slow look-ups of an address: of its names, and of theirs.
func slowNames(a *judgedAddress) []Finding {
	took := a.Reverse.Took
	for _, p := range a.PTRs {
		took = max(took, a.Reverse.Took+p.Forward.Took)
	}
	return slowPhases(a.Addr, []phase{
		{SlowReverse, took, "the reverse lookup of %s took %.1f s: anything that waits for it, such as an sshd with UseDNS yes, is just as slow"},
	})
}

// phase is a part of the way to a host, and how it is told of when it is slow.
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

// displayText is a stranger's line, made safe and cut.
func displayText(s string) string {
	if s == "" {
		return "(nothing)"
	}
	if len(s) > 80 {
		s = s[:77] + "..."
	}
	return s
}

// evidence is what the host keys of all addresses say about the target.
type evidence int

const (
	noEvidence  evidence = iota // nobody looked, or no key is known
	keysProven                  // each address shows a key that is proven
	keysAgainst                 // an address shows a changed or revoked key, or none of those by which the host is known
)

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

// voucher says in words what speaks for a key. That it stands in known_hosts may
// mean no more than that it was seen before.
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

// fingerprints lists the unknown keys' for people to verify.
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

// ConnectCode is the code of the finding that a connection came out so.
func ConnectCode(s ConnectStatus) Code { return Code("connect." + string(s)) }
