package survey

import (
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
	if lane := s.lane.Load(); lane != nil {
		for _, server := range lane.Stats().Servers {
			if server.Sent == 0 {
				continue
			}
			r.Sent, r.Lost = r.Sent+int64(server.Sent), r.Lost+int64(server.Lost)
			r.Servers = append(r.Servers, server.Server.String())
		}
	}
	return r
}
