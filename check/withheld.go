package check

import (
	"cmp"
	"slices"
)

// withheldFindings are about an address that takes connections and shows no host
// key where it should show one: ssh ends there, and does not go on to the next
// address as it does where nobody listens. What does not speak SSH, or shows its key
// to ssh and not to this program, is only held against it where the user has said
// which key to expect, and another address shows that it can be seen from here; where
// none does, expectationFinding says so.
func withheldFindings(f *judgement, a *judgedAddress) []Finding {
	if a.Probe == nil || a.Probe.Connect != ConnectOK || len(a.Probe.Keys) > 0 || a.Probe.Cut != "" {
		return nil
	}
	why := ""
	switch {
	case a.Probe.HostKnown && (a.Probe.Broken != "" || a.Probe.Differ != ""):
		why = "although known_hosts has one for " + displayHost(cmp.Or(f.Target.KeyName, f.Target.Host))
	case len(f.ExpectKeys) > 0 && a.Probe.Identity != IdentityAway && f.sawKey():
		why = "although one is expected and another address presents it"
	default:
		return nil
	}
	return []Finding{NewFinding(HostKeyWithheld, a.Addr, show(a.Addr)+" presents no host key, "+why)}
}

// sawKey reports whether an address of the target itself showed a host key.
func (f *judgement) sawKey() bool {
	return f.Target.Via == "" && slices.ContainsFunc(f.Addresses, func(a AddressFacts) bool { return a.speaksSSH() && len(a.Probe.Keys) > 0 })
}
