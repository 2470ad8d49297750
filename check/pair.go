package check

import (
	"fmt"
	"strings"

	"rdnsproxy/resolve"
)

// pairText says that the name does not have the address that the input pairs it with. ok
// is false if it has, or if there is no pair.
func pairText(f *judgement) (string, bool) {
	only := f.Target.Address
	if !only.IsValid() {
		return "", false
	}
	var others []string
	for _, ans := range f.Forward {
		if containsAddr(ans.Addrs, only) {
			return "", false
		}
		for _, a := range ans.Addrs {
			others = append(others, show(a))
		}
	}
	if len(others) == 0 {
		return "", false // its addresses could not be looked up, and another finding says so
	}
	if n := len(others); n > maxListed {
		others = append(others[:maxListed], fmt.Sprintf("%d others", n-maxListed))
	}
	return fmt.Sprintf("%s has %s, and not %s, with which the input pairs it",
		f.host.shown, strings.Join(others, ", "), show(only)), true
}

// maxListed is how many addresses pairText lists.
const maxListed = 4

// outsideZones reports whether the verdict is open because no server was to be asked
// (resolve.Resolver.Offline), and the zones at hand do not hold the answer.
func outsideZones(a *judgedAddress) bool {
	skipped := func(ans resolve.Answer) bool {
		return ans.Status == resolve.Skipped && ans.Source.Kind == resolve.KindZone
	}
	return skipped(a.Reverse) || a.deciding >= 0 && skipped(a.PTRs[a.deciding].Forward)
}
