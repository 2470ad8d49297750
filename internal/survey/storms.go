package survey

import (
	"fmt"
	"slices"

	"rdnsproxy/resolve"
)

const (
	stormCheck = 1024 // after so many targets, and at the end, is looked whether there is a storm
	stormShare = 10   // percent of a server's answers; fewer are not worth a notice
)

// tellStorms says once of each server of a long list that it refuses, or fails at, many of
// the questions: what it was asked about is undetermined, and the reason may be its load.
func (s *Survey) tellStorms() {
	lane := s.lane.Load()
	if lane == nil {
		return
	}
	stats := lane.Stats()
	for _, storm := range stats.Storms {
		if slices.Contains(s.storms, storm) {
			continue
		}
		for _, server := range stats.Servers {
			if text := stormText(storm, server); text != "" {
				s.storms = append(s.storms, storm)
				s.progress.Clear()
				s.voice.NoticeWithHint(text, "does it answer this machine, and so much? --rate N asks it less, --resolver ADDRESS another server")
			}
		}
	}
}

// stormText says what a storm amounts to at a server; empty: nothing, or not there.
func stormText(storm resolve.LaneStorm, s resolve.LaneServer) string {
	if s.Server != storm.Server || s.Answered == 0 {
		return ""
	}
	n, text := s.Refused, "%s refuses %d %% of the questions (REFUSED)"
	if storm.Status == resolve.ServFail {
		n, text = s.ServFail, "%s fails at %d %% of the questions (SERVFAIL)"
	}
	percent := 100 * n / s.Answered
	if percent < stormShare {
		return ""
	}
	return fmt.Sprintf(text, s.Server, percent)
}
