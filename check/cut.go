package check

import (
	"slices"
	"strings"
)

// cutFinding says in which phases of the work on a target its time was over. ssh's
// own answer has a limit that can end before.
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

// waitsForSSH reports whether nobody looked behind an address since ssh did not say
// how it would.
func waitsForSSH(a AddressFacts) bool { return a.Probe != nil && a.Probe.Cut == PhaseAsk }
