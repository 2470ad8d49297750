package survey

import (
	"fmt"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// openLane opens a lane for a long list, on which DNS is asked ahead of the checks. It
// returns nil if there can be none, or if targets are checked again and again.
func (s *Survey) openLane() *resolve.Lane {
	if s.o.Wait > 0 {
		return nil
	}
	lane, ok := s.checker.Resolver.Lane(resolve.LaneOptions{})
	if !ok {
		return nil
	}
	s.lane.Store(lane)
	return lane
}

// connects reports whether a target is connected to, so that what is asked about it
// depends on more than its name.
func (s *Survey) connects(t *target.Target) bool {
	return !s.o.DNSOnly && !t.DNSOnly && !t.Proxied
}

// tellRate says once that a long list is slowed down for the sake of a server that is not
// this machine's.
func (s *Survey) tellRate() {
	lane := s.lane.Load()
	if lane == nil || s.o.Rate != 0 {
		return
	}
	var capped []string
	for _, server := range lane.Stats().Servers {
		if !server.Server.Addr.Addr().IsLoopback() {
			capped = append(capped, server.Server.String())
		}
	}
	if len(capped) == 0 {
		return
	}
	s.progress.Clear()
	s.voice.NoticeWithHint(fmt.Sprintf("at most %d questions a second to %s", limits.LaneRate, strings.Join(capped, ", ")),
		"--rate N allows another number, --rate unlimited any")
}

// marked is a Prober that marks an Ask as one of a target that is connected to. It is never
// asked.
type marked struct{ check.Prober }
