package check

import (
	"crypto/sha1"
	"crypto/sha256"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// probed returns the facts of a good mapping, with this probe.
func probed(p Probe) Facts {
	f := facts("203.0.113.7", resolve.OK, ptr(host, "203.0.113.7"))
	f.Addresses[0].Probe = &p
	return f
}

func serving(keys ...Key) Probe {
	return Probe{Connect: ConnectOK, Identity: IdentitySSH, Version: safetext.Of("SSH-2.0-OpenSSH_9.2p1"), Keys: keys}
}

func key(t string, s KeyStatus) Key {
	return Key{Blob: []byte(t), HostKey: HostKey{
		Type: t, Fingerprint: "SHA256:" + t, Status: s, Evidence: "known_hosts:12", Line: host + " " + t,
	}}
}

// known returns a probe of a host that known_hosts has a key for.
func known(p Probe) Probe {
	p.HostKnown = true
	return p
}

// keyless is the probe of a server that speaks SSH and presents no host key to anybody.
func keyless(hostKnown bool) Probe {
	p := serving()
	p.Broken, p.HostKnown = "the server closed the connection during the key exchange", hostKnown
	return p
}

// hindered is the probe of a server that presented ssh's key, and then did not allow a
// further connection.
func hindered(further Probe) Probe {
	p := serving(key("ssh-rsa", KeyKnown))
	p.Hindered = &further
	return p
}

// The severity is the worst over DNS, connection and keys. The verdict is about DNS alone.
func TestJudgeProbe(t *testing.T) {
	second := func(f Facts, p Probe) Facts {
		g := facts("203.0.113.8", resolve.OK, ptr(host, "203.0.113.8"))
		g.Addresses[0].Probe = &p
		f.Addresses = append(f.Addresses, g.Addresses...)
		return f
	}
	expect := Policy{ExpectKeys: []string{"SHA256:ssh-ed25519"}}
	tests := []struct {
		name     string
		facts    Facts
		policy   Policy
		severity Severity
		codes    string
	}{
		{"a known key", probed(serving(key("ssh-ed25519", KeyKnown))), Policy{}, Pass, ""},
		{"a certified key", probed(serving(key("ssh-ed25519", KeyCertified))), Policy{}, Pass, ""},
		{"an unknown key is a notice", probed(serving(key("ssh-ed25519", KeyUnknown))), Policy{}, Notice,
			"hostkey.unknown"},
		{"an unknown type beside a known one is nothing",
			probed(serving(key("ssh-rsa", KeyUnknown), key("ssh-ed25519", KeyKnown))), Policy{}, Pass, ""},
		{"a changed key is an error", probed(serving(key("ssh-ed25519", KeyChanged))), Policy{}, Error,
			"hostkey.changed"},
		{"a revoked key is an error beside a known one",
			probed(serving(key("ssh-rsa", KeyRevoked), key("ssh-ed25519", KeyKnown))), Policy{}, Error,
			"hostkey.revoked"},
		{"an expected key", probed(serving(key("ssh-ed25519", KeyExpected))), expect, Pass, ""},
		{"none of the expected keys", probed(serving(key("ssh-rsa", KeyKnown))), expect, Error, "hostkey.unexpected"},
		{"refused", probed(Probe{Connect: ConnectRefused}), Policy{}, Error, "connect.refused"},
		{"timed out", probed(Probe{Connect: ConnectTimeout}), Policy{}, Error, "connect.timeout"},
		{"unreachable", probed(Probe{Connect: ConnectUnreachable}), Policy{}, Error, "connect.unreachable"},
		{"no route for the family", second(probed(Probe{Connect: ConnectSkipped}),
			serving(key("ssh-ed25519", KeyKnown))), Policy{}, Pass, "connect.skipped"},
		{"no route at all", probed(Probe{Connect: ConnectSkipped}), Policy{}, Error, "connect.skipped"},
		{"this machine has no descriptor left", probed(Probe{Connect: ConnectExhausted}), Policy{}, Unknown,
			"connect.exhausted"},
		{"no descriptor left, beside a live one",
			second(probed(Probe{Connect: ConnectExhausted}), serving(key("ssh-ed25519", KeyKnown))), Policy{}, Notice,
			"connect.exhausted"},
		{"expected, and nobody was seen", probed(Probe{Connect: ConnectRefused}), expect, Error,
			"connect.refused hostkey.unseen"},
		{"expected, and nobody looked", facts("203.0.113.7", resolve.OK, ptr(host, "203.0.113.7")), expect, Error,
			"hostkey.unseen"},
		{"silent", probed(Probe{Connect: ConnectOK, Identity: IdentitySilent}), Policy{}, Error, "ssh.silent"},
		{"slow to say who it is",
			probed(Probe{Connect: ConnectOK, Identity: IdentitySilent, Version: safetext.Of("SSH-2.0-Op")}), Policy{},
			Error, "ssh.silent"},
		{"hangs up", probed(Probe{Connect: ConnectOK, Identity: IdentityClosed}), Policy{}, Error, "ssh.closed"},
		{"HTTP", probed(Probe{Connect: ConnectOK, Identity: IdentityOther,
			Version: safetext.Of("HTTP/1.1 400 Bad Request")}), Policy{}, Error, "ssh.other"},
		{"no key exchange in common is not down",
			probed(Probe{Connect: ConnectOK, Identity: IdentitySSH, Keyless: "sntrup761"}), Policy{}, Notice,
			"ssh.keyless"},
		{"a dead address beside a live one", second(probed(Probe{Connect: ConnectRefused}),
			serving(key("ssh-ed25519", KeyKnown))), Policy{}, Notice, "connect.refused"},
		{"a silent address beside a live one",
			second(probed(serving(key("ssh-ed25519", KeyKnown))), Probe{Connect: ConnectOK, Identity: IdentitySilent}),
			Policy{}, Notice, "ssh.silent"},
		{"a server that withholds a known key", probed(keyless(true)), Policy{}, Error, "ssh.stalled hostkey.withheld"},
		{"a server of an unknown host without a key", probed(keyless(false)), Policy{}, Error, "ssh.stalled"},
		{"one that withholds it beside one that does not",
			second(probed(known(serving(key("ssh-ed25519", KeyKnown)))), keyless(true)), Policy{}, Error,
			"ssh.stalled hostkey.withheld"},
		{"a key that ssh would get is not withheld",
			probed(known(Probe{Connect: ConnectOK, Identity: IdentitySSH, Keyless: "sntrup761"})), Policy{}, Unknown,
			"ssh.keyless"},
		{"nor one of an sshd that turns this machine away",
			second(probed(serving(key("ssh-ed25519", KeyExpected))),
				known(Probe{Connect: ConnectOK, Identity: IdentityAway})), expect, Notice, "ssh.turned-away"},
		{"where nobody listens, no key is withheld",
			second(probed(known(serving(key("ssh-ed25519", KeyKnown)))), known(Probe{Connect: ConnectRefused})),
			Policy{}, Notice, "connect.refused"},
		{"silence beside a live address withholds none",
			second(probed(known(serving(key("ssh-ed25519", KeyKnown)))),
				known(Probe{Connect: ConnectOK, Identity: IdentitySilent})), Policy{}, Notice, "ssh.silent"},
		{"unless a key is expected", second(probed(serving(key("ssh-ed25519", KeyExpected))),
			Probe{Connect: ConnectOK, Identity: IdentitySilent}), expect, Error, "ssh.silent hostkey.withheld"},
		{"an expected key that one of two withholds",
			second(probed(serving(key("ssh-ed25519", KeyExpected))), keyless(false)), expect, Error,
			"ssh.stalled hostkey.withheld"},
		{"an expected key, and one address is dead",
			second(probed(serving(key("ssh-ed25519", KeyExpected))), Probe{Connect: ConnectRefused}), expect, Notice,
			"connect.refused"},
		{"turned away before it was told whether the expected key is there",
			probed(hindered(Probe{Connect: ConnectOK, Identity: IdentityAway})), expect, Unknown, "ssh.turned-away"},
		{"held back before another key was fetched", probed(hindered(Probe{Connect: ConnectHeldBack})), Policy{},
			Unknown, "ssh.skipped"},
		{"held back", probed(Probe{Connect: ConnectHeldBack}), Policy{}, Unknown, "ssh.skipped"},
		{"turned away", probed(Probe{Connect: ConnectOK, Identity: IdentityAway}), Policy{}, Unknown,
			"ssh.turned-away"},
		{"turned away beside a live one", second(probed(serving(key("ssh-ed25519", KeyKnown))),
			Probe{Connect: ConnectOK, Identity: IdentityAway}), Policy{}, Notice, "ssh.turned-away"},
		{"SSH 1", probed(Probe{Connect: ConnectOK, Identity: IdentityOld}), Policy{}, Error, "ssh.version1"},
		{"nothing in common",
			probed(Probe{Connect: ConnectOK, Identity: IdentitySSH,
				Differ: "no matching cipher found. Their offer: x"}), Policy{}, Error, "ssh.negotiate"},
		{"nothing in common beside a live one",
			second(probed(serving(key("ssh-ed25519", KeyKnown))),
				Probe{Connect: ConnectOK, Identity: IdentitySSH, Differ: "x"}), Policy{}, Notice, "ssh.negotiate"},
		{"breaks off, beside one that breaks off",
			second(probed(Probe{Connect: ConnectOK, Identity: IdentitySSH, Broken: "x"}),
				Probe{Connect: ConnectOK, Identity: IdentitySSH, Broken: "x"}),
			Policy{}, Error, "ssh.stalled ssh.stalled"},
		{"two dead ones", second(probed(Probe{Connect: ConnectRefused}), Probe{Connect: ConnectTimeout}), Policy{},
			Error, "connect.refused connect.timeout"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := judge(tt.facts, tt.policy)
			var codes []string
			for _, f := range r.Findings {
				if !strings.HasPrefix(string(f.Code), "mapping.") {
					codes = append(codes, string(f.Code))
				}
			}
			if r.Verdict != Exact || r.Severity != tt.severity || strings.Join(codes, " ") != tt.codes {
				t.Errorf("%s, %s, %q; want %s, %q", r.Verdict, r.Severity, codes, tt.severity, tt.codes)
			}
		})
	}
}

// A phase of a second or more is reported.
func TestSlow(t *testing.T) {
	p := serving(key("ssh-ed25519", KeyKnown))
	p.Identifying = 12 * time.Second
	f := probed(p)
	f.Addresses[0].Reverse.Took = 5 * time.Second
	r := judge(f, Policy{Thorough: true})
	var texts []string
	for _, f := range r.Findings[1:] {
		texts = append(texts, string(f.Code)+": "+f.Text)
	}
	all := strings.Join(texts, "\n")
	if r.Severity != Notice || !strings.Contains(all, "slow.reverse: the reverse lookup of 203.0.113.7 took 5.0 s") ||
		!strings.Contains(all, "slow.identify: 203.0.113.7 took 12.0 s") {
		t.Errorf("%s\n%s", r.Severity, all)
	}
}

// TestSSHFP follows verify_host_key_dns.
func TestSSHFP(t *testing.T) {
	k := key("ssh-ed25519", KeyUnknown)
	one, two := sha1.Sum(k.Blob), sha256.Sum256(k.Blob)
	sha1Of := resolve.Fingerprint{Algorithm: 4, Digest: 1, Sum: string(one[:])}
	sha256Of := resolve.Fingerprint{Algorithm: 4, Digest: 2, Sum: string(two[:])}
	other := resolve.Fingerprint{Algorithm: 4, Digest: 2, Sum: strings.Repeat("x", 32)}
	ofRSA := resolve.Fingerprint{Algorithm: 1, Digest: 2, Sum: strings.Repeat("x", 32)}
	strange := resolve.Fingerprint{Algorithm: 4, Digest: 9, Sum: "x"}
	short := resolve.Fingerprint{Algorithm: 4, Digest: 2, Sum: strings.Repeat("x", 20)}
	with := func(change func(*Key)) Key { k := k; change(&k); return k }
	changed := with(func(k *Key) { k.Status = KeyChanged })
	type prints = []resolve.Fingerprint
	tests := []struct {
		name   string
		key    Key
		dns    DNSTrust
		prints prints
		ad     bool
		claims bool
		status KeyStatus
		codes  string
	}{
		{"match, validated", k, DNSDecides, prints{sha256Of}, true, true, KeyVerified, "sshfp.match"},
		{"SHA-1 match, validated", k, DNSDecides, prints{sha1Of}, true, true, KeyVerified, "sshfp.match"},
		{"match of another type's record beside it", k, DNSDecides, prints{ofRSA, sha256Of}, true, true, KeyVerified,
			"sshfp.match"},
		{"a digest of another length beside the match", k, DNSDecides, prints{short, sha256Of}, true, true, KeyVerified,
			"sshfp.match"},
		{"match without AD", k, DNSDecides, prints{sha256Of}, false, false, KeyUnknown,
			"hostkey.unknown sshfp.untrusted"},
		{"match, AD not trusted", k, DNSDecides, prints{sha256Of}, false, true, KeyUnknown,
			"hostkey.unknown sshfp.untrusted"},
		{"mismatch", k, DNSDecides, prints{other}, true, true, KeyUnknown, "hostkey.unknown sshfp.mismatch"},
		{"one mismatch clears the match", k, DNSDecides, prints{sha256Of, other}, true, true, KeyUnknown,
			"hostkey.unknown sshfp.mismatch"},
		{"an unknown digest: the set is ignored", k, DNSDecides, prints{strange, sha256Of}, true, true, KeyUnknown,
			"hostkey.unknown"},
		{"records of other types alone: ssh shouts", k, DNSDecides, prints{ofRSA}, true, true, KeyUnknown,
			"hostkey.unknown sshfp.mismatch"},
		{"a digest of another length alone: ssh shouts", k, DNSInforms, prints{short}, true, true, KeyUnknown,
			"hostkey.unknown sshfp.mismatch"},
		{"records of other types alone, and ssh does not look", k, DNSUnasked, prints{ofRSA}, true, true, KeyUnknown,
			"hostkey.unknown"},
		{"no records", k, DNSDecides, nil, true, true, KeyUnknown, "hostkey.unknown"},

		{"a match decides only with yes: ask", k, DNSInforms, prints{sha256Of}, true, true, KeyUnknown,
			"hostkey.unknown sshfp.match"},
		{"a match decides only with yes: no", k, DNSUnasked, prints{sha256Of}, true, true, KeyUnknown,
			"hostkey.unknown sshfp.match"},
		{"a match comes before known_hosts", changed, DNSDecides, prints{sha256Of}, true, true, KeyVerified,
			"sshfp.match"},
		{"and before its @revoked", with(func(k *Key) { k.Status = KeyRevoked }), DNSDecides, prints{sha256Of}, true,
			true, KeyVerified, "sshfp.match"},
		{"with ask it does not", changed, DNSInforms, prints{sha256Of}, true, true, KeyChanged,
			"hostkey.changed sshfp.match"},
		{"nor without AD", changed, DNSDecides, prints{sha256Of}, false, true, KeyChanged,
			"hostkey.changed sshfp.untrusted"},
		{"RevokedHostKeys comes first", with(func(k *Key) { k.Status, k.Final = KeyRevoked, true }), DNSDecides,
			prints{sha256Of}, true, true, KeyRevoked, "hostkey.revoked sshfp.match"},
		{"and so does a refusal", with(func(k *Key) { k.Refused, k.Final = "too short", true }), DNSDecides,
			prints{sha256Of}, true, true, KeyUnknown, "hostkey.refused sshfp.match"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := probed(serving(tt.key))
			f.Target.DNS = tt.dns
			f.Addresses[0].Probe.Keys[0].Chosen = true
			f.SSHFP = resolve.Answer{Status: resolve.OK, Source: fromDNS, Prints: tt.prints, Authentic: tt.ad,
				ClaimedAD: tt.claims}
			r := judge(f, Policy{})
			var codes []string
			for _, f := range r.Findings[1:] {
				codes = append(codes, string(f.Code))
			}
			if got := r.Addresses[0].SSH.HostKeys[0].Status; got != tt.status || strings.Join(codes, " ") != tt.codes {
				t.Errorf("%s, %q; want %s, %q", got, codes, tt.status, tt.codes)
			}
		})
	}
}

// For hosts lines and --print-known-hosts a key that DNS vouches for is as good as a known
// one, even if ssh does not look there. A refused one is not.
func TestVouched(t *testing.T) {
	k := key("ssh-ed25519", KeyUnknown)
	k.Line, k.Chosen = "x ssh-ed25519 AAAA", true
	sum := sha256.Sum256(k.Blob)
	of := func(k Key) HostKey {
		f := probed(serving(k))
		f.SSHFP = resolve.Answer{Status: resolve.OK, Source: fromDNS,
			Prints: []resolve.Fingerprint{{Algorithm: 4, Digest: 2, Sum: string(sum[:])}}, Authentic: true}
		return judge(f, Policy{}).Addresses[0].SSH.HostKeys[0]
	}
	if h := of(k); h.Status != KeyUnknown || h.Line == "" || !strings.HasPrefix(h.Evidence, "sshfp:") || !h.vouched() {
		t.Errorf("%+v", h)
	}
	k.Refused, k.Final = "too short", true
	if h := of(k); h.Line != "" || h.vouched() {
		t.Errorf("refused: %+v", h)
	}
}

// What ssh says about a key beside its status, and the severity for a key that ssh would
// not be shown.
func TestKeyFindings(t *testing.T) {
	chosen := key("ssh-ed25519", KeyKnown)
	chosen.Chosen = true
	of := func(status KeyStatus, change func(*Key)) Key {
		k := key("ssh-rsa", status)
		if change != nil {
			change(&k)
		}
		return k
	}
	alone := func(k Key) Probe { k.Chosen = true; return serving(k) }
	beside := func(k, other Key) Probe { k.Chosen = true; return serving(k, other) }
	short := of(KeyKnown, func(k *Key) { k.Refused = "too short" })
	strict := func(f Facts) Facts { f.Addresses[0].Probe.Strict = true; return f }
	for _, tt := range []struct {
		name     string
		facts    Facts
		severity Severity
		codes    string
	}{
		{"revoked", probed(alone(of(KeyRevoked, nil))), Error, "hostkey.revoked"},
		{"revoked, and not chosen", probed(serving(chosen, of(KeyRevoked, nil))), Notice, "hostkey.revoked"},
		{"refused", probed(alone(short)), Error, "hostkey.refused"},
		{"refused, and not chosen", probed(serving(chosen, short)), Notice, "hostkey.refused"},
		{"not looked at", probed(alone(of(KeyUnknown, func(k *Key) { k.Unchecked = true }))), Notice,
			"hostkey.unchecked"},
		{"a certificate that does not count", probed(alone(of(KeyKnown, func(k *Key) { k.Voided = "it expired" }))),
			Notice, "hostkey.certificate"},
		{"open", probed(alone(of(KeyKnown, func(k *Key) { k.Doubts = []Doubt{{"not run", true}} }))), Unknown,
			"hostkey.unevaluated"},
		{"passed over", probed(alone(of(KeyKnown, func(k *Key) { k.Doubts = []Doubt{{"no program", false}} }))), Notice,
			"hostkey.unevaluated"},
		{"unknown", probed(alone(of(KeyUnknown, nil))), Notice, "hostkey.unknown"},
		{"unknown, and another is known", probed(beside(of(KeyUnknown, nil), key("ssh-ed25519", KeyKnown))), Notice,
			"hostkey.unknown"},
		{"unknown, another is known, and ssh does not ask",
			strict(probed(beside(of(KeyUnknown, nil), key("ssh-ed25519", KeyKnown)))), Error, "hostkey.unknown"},
		{"unknown, and ssh does not ask", strict(probed(alone(of(KeyUnknown, nil)))), Error, "hostkey.unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := judge(tt.facts, Policy{})
			var codes []string
			for _, f := range r.Findings[1:] {
				codes = append(codes, string(f.Code))
			}
			if r.Severity != tt.severity || strings.Join(codes, " ") != tt.codes {
				t.Errorf("%s, %q; want %s, %s", r.Severity, codes, tt.severity, tt.codes)
			}
		})
	}
}

// If ssh -G does not answer in time, the finding says so, even if the target had time left.
// The duration of a phase that did not end is not reported.
func TestCutShortProbe(t *testing.T) {
	f := probed(Probe{Connect: ConnectCutShort, Cut: PhaseAsk})
	r := judge(f, Policy{})
	if found := r.Findings[0]; r.Severity != Unknown || found.Code != TargetCutShort ||
		!strings.Contains(found.Text, "asking ssh") ||
		!strings.Contains(found.Advice[0].Text, "'ssh -G my.example.com'") {
		t.Errorf("%s, %+v", r.Severity, r.Findings)
	}
	f = probed(Probe{Connect: ConnectOK, Cut: PhaseIdentify, Identifying: 3 * time.Second})
	f.Cut = true
	for _, found := range judge(f, Policy{}).Findings {
		if found.Code == SlowIdentify {
			t.Errorf("%+v", found)
		}
	}
}

// The text names the new key and the known one, and the advice removes the old one.
func TestChangedWords(t *testing.T) {
	k := key("ssh-ed25519", KeyChanged)
	k.Chosen, k.Known, k.Evidence = true, "ssh-rsa SHA256:old", "/home/chris/.ssh/known_hosts:12"
	f := probed(serving(k))
	f.Target.Port = 2222
	found := judge(f, Policy{}).Findings[1]
	if want := "203.0.113.7 presents host key ssh-ed25519 " + k.Fingerprint +
		", which does not match the known ssh-rsa SHA256:old (/home/chris/.ssh/known_hosts:12)"; found.Text != want {
		t.Errorf("%s\nwant %s", found.Text, want)
	}
	if a := found.Advice[len(found.Advice)-1]; a.Line != "ssh-keygen -f "+
		"/home/chris/.ssh/known_hosts -R '["+f.Target.Host+"]:2222'" {
		t.Errorf("advice %+v", a)
	}
}

// The host key decides whether a hosts line is suggested.
func TestEvidence(t *testing.T) {
	mismatch := func(s KeyStatus) *Result {
		f := facts("203.0.113.7", resolve.OK, ptr("x.example.net", "198.51.100.9"))
		p := serving(key("ssh-ed25519", s))
		f.Addresses[0].Probe = &p
		return judge(f, Policy{})
	}
	lineOf := func(r *Result) (AdviceCode, string) {
		for _, f := range r.Findings {
			for _, a := range f.Advice {
				if a.Line == "203.0.113.7  my.example.com" {
					return a.Code, a.Text
				}
			}
		}
		return "", ""
	}
	if code, text := lineOf(mismatch(KeyKnown)); code != AdviseHostsLine || !strings.Contains(text, "known_hosts:12") {
		t.Errorf("known: %s, %s", code, text)
	}
	if code, text := lineOf(mismatch(KeyUnknown)); code != AdviseHostsLineKey ||
		!strings.Contains(text, "SHA256:ssh-ed25519") {
		t.Errorf("unknown: %s, %s", code, text)
	}
	for _, s := range []KeyStatus{KeyChanged, KeyRevoked} {
		if code, text := lineOf(mismatch(s)); code != "" {
			t.Errorf("%s: %s, %s", s, code, text)
		}
	}
}

// Other answers are compared with the one that is used.
func TestViews(t *testing.T) {
	used, same, moved := netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("203.0.113.7"),
		netip.MustParseAddr("203.0.113.8")
	inFile := func() Facts {
		f := facts(used.String(), resolve.OK, ptr(host, used.String()))
		f.Forward[0].Source = resolve.Source{Kind: resolve.KindHosts, Where: "/etc/hosts", Line: 3}
		return f
	}
	tests := []struct {
		name  string
		views []View
		want  string
	}{
		{"DNS agrees with the file", []View{{Forward: forwardAnswers(host, same)}}, ""},
		{"DNS has moved on", []View{{Forward: forwardAnswers(host, moved)}}, "hosts.differs"},
		{"DNS does not know", []View{{Forward: []resolve.Answer{{Status: resolve.NXDomain}}}}, "hosts.only"},
		{"DNS is never asked about localhost",
			[]View{{Forward: []resolve.Answer{{Status: resolve.OK, Addrs: []netip.Addr{used, moved},
				Source: resolve.Source{Kind: resolve.KindBuiltin}}}}}, ""},
		{"a second server agrees", []View{{Compare: true, Forward: forwardAnswers(host, same)}}, "compare.same"},
		{"a second server differs", []View{{Compare: true, Forward: forwardAnswers(host, moved)}}, "compare.differs"},
		{"a second server says there is none", []View{{Compare: true, Forward: []resolve.Answer{
			{Status: resolve.NXDomain, Question: resolve.Question{Type: resolve.A}}}}}, "compare.differs"},
		{"a second server cannot be asked", []View{{Compare: true, Forward: []resolve.Answer{
			{Status: resolve.Refused, Question: resolve.Question{Type: resolve.A}}}}}, "compare.unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := inFile()
			f.Views = tt.views
			var codes []string
			for _, found := range judge(f, Policy{}).Findings[1:] {
				codes = append(codes, string(found.Code))
			}
			if got := strings.Join(codes, " "); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// Part of a banner is quoted.
func TestSilentText(t *testing.T) {
	for version, want := range map[string]string{
		"":           ": accepts connections but sends no SSH banner",
		"SSH-2.0-Op": ": sends only part of an SSH banner: SSH-2.0-Op",
	} {
		t.Run("banner "+version, func(t *testing.T) {
			facts := probed(Probe{Connect: ConnectOK, Identity: IdentitySilent, Version: safetext.Of(version)})
			text := ""
			for _, f := range Judge(facts, Policy{}).Findings {
				if f.Code == SSHSilent {
					text = f.Text
				}
			}
			if !strings.HasSuffix(text, want) {
				t.Errorf("%q, want it to end in %q", text, want)
			}
		})
	}
}
