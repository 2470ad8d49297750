package check

import (
	"slices"
	"strings"
)

// cutFinding says in which phases of the work the time for the target ran out. ssh -G has
// a limit of its own (limits.SSHTime), which can end earlier.
func cutFinding(f *judgement) (Finding, bool) {
	if !f.Cut && !slices.ContainsFunc(f.Addresses, waitsForSSH) {
		return Finding{}, false
	}
	var phases []string
	if f.NameCut {
		phases = append(phases, "looking up "+f.host.shown)
	}
	for _, a := range f.Addresses {
		if a.CutShort && f.Cut {
			phases = append(phases, "looking up the names of "+show(a.Addr))
		}
		if a.Probe != nil && a.Probe.Cut != "" {
			phases = append(phases, string(a.Probe.Cut)+" ("+show(a.Addr)+")")
		}
	}
	if len(phases) == 0 {
		phases = []string{"looking for likely causes"}
	}
	const most = 3
	more := ""
	if len(phases) > most {
		phases, more = phases[:most], " and more"
	}
	return aboutTarget(TargetCutShort, "time for the target ran out while "+strings.Join(phases, ", ")+more), true
}

// waitsForSSH reports whether an address was not probed because ssh -G did not answer in
// time.
func waitsForSSH(a AddressFacts) bool { return a.Probe != nil && a.Probe.Cut == PhaseAsk }
