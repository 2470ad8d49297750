package survey

import (
	"slices"
	"time"

	"rdnsproxy/internal/report"
)

// ran returns what a report can say about the run so far. One that only reads results
// asks nothing, and says nothing.
func (s *Survey) ran() (r report.Run) {
	if s.began.IsZero() {
		return r
	}
	r.Ended = time.Now()
	r.Took = r.Ended.Sub(s.began)
	for _, server := range s.checker.Resolver.Asked() {
		if server.Sent == 0 {
			continue
		}
		r.Sent, r.Lost = r.Sent+server.Sent, r.Lost+server.Lost
		if !slices.Contains(s.o.Compare, server.Server) || slices.Contains(s.o.Resolvers, server.Server) {
			r.Servers = append(r.Servers, server.Server.String())
		}
	}
	return r
}
