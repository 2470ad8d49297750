package survey

import (
	"io"
	"iter"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// printKnownHosts prints known_hosts lines for the verified keys if every target has
// one, and nothing otherwise: a partial list could be mistaken for a complete one.
func (s *Survey) printKnownHosts(results iter.Seq[*check.Result]) (int, error) {
	var lines []string
	var missing []string
	seen := map[string]bool{}
	for r := range results {
		if r.Interrupted() {
			return 0, console.ErrInterrupted
		}
		proven, against := false, slices.ContainsFunc(r.Findings, func(f check.Finding) bool {
			return f.AgainstHost() || f.Code == check.HostKeyWithheld
		})
		for _, a := range r.Addresses {
			if a.SSH == nil {
				continue
			}
			for _, k := range a.SSH.HostKeys {
				if k.Line != "" {
					proven = true
					if !seen[k.Line] {
						seen[k.Line] = true
						lines = append(lines, k.Line)
					}
				}
			}
		}
		if !proven || against {
			missing = append(missing, r.Target)
		}
	}
	s.progress.Clear()
	if len(missing) > 0 {
		return 0, console.Refuse(exit.Found,
			"a key is verified if known_hosts has it, --expect-hostkey names it, or SSHFP records in a validated zone match it",
			"no verified host key for %s", strings.Join(missing, ", "))
	}
	if _, err := io.WriteString(s.w.Out, strings.Join(lines, "\n")+"\n"); err != nil {
		return 0, console.Refuse(exit.Usage, "", "writing the lines: %s", console.PlainError(err))
	}
	return exit.OK, nil
}
