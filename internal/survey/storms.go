package survey

import (
	"fmt"
	"slices"

	"rdnsproxy/resolve"
)

const (
	stormCheck = 1024 // after so many targets, and at the end, is looked whether there is a storm
	stormShare = 10   // percent of a server's answers, or of what it is asked; fewer are not worth a notice
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

// Of so many questions a share that is not answered says something: at the end of a run, and
// in its course, when the pace may just be finding out what the server can take.
const (
	lossAtEnd = 100
	lossSoFar = 10000
)

// tellLosses says once of each server of a long list that it leaves many of the questions
// unanswered. least is of how many at least.
func (s *Survey) tellLosses(least uint64) {
	lane := s.lane.Load()
	if lane == nil {
		return
	}
	for _, server := range lane.Stats().Servers {
		if text := lossText(server, least); text != "" && !slices.Contains(s.losses, server.Server) {
			s.losses = append(s.losses, server.Server)
			s.progress.Clear()
			s.voice.NoticeWithHint(text, "--rate N asks it less, "+
				"--resolver ADDRESS another server; it may limit how much it answers, or get no answers itself")
		}
	}
}

// lossText says how many questions a server leaves unanswered, also when asked again; empty:
// few. They take long, and what they are about may be undetermined.
func lossText(s resolve.LaneServer, least uint64) string {
	over := s.Sent - uint64(s.InAir) // no answer to the others is late yet
	if over < least || over <= s.Answered {
		return ""
	}
	percent := 100 * (over - s.Answered) / over
	if percent < stormShare {
		return ""
	}
	return fmt.Sprintf("%s leaves %d %% of the questions unanswered", s.Server, percent)
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
