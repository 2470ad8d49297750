package check

import (
	"cmp"
	"slices"
)

// withheldFindings reports an address that accepts connections but presents no host key
// although it should. ssh fails there; it does not go on to the next address as it does
// when the connection is refused. A server that does not speak SSH, or whose key only ssh
// could fetch, is reported only if the user expects a key and another address presents
// one, so that it can be seen from here. If no address does, expectationFinding says so.
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

// sawKey reports whether an address of the target itself presented a host key.
func (f *judgement) sawKey() bool {
	return f.Target.Via == "" && slices.ContainsFunc(f.Addresses,
		func(a AddressFacts) bool { return a.speaksSSH() && len(a.Probe.Keys) > 0 })
}
