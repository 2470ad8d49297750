package report

import (
	"fmt"
	"strings"
	"time"
)

// Run is what a report can say about the run that made it. What is zero is not known.
type Run struct {
	Sent, Lost int64         // DNS questions, and those of them without an answer
	Took       time.Duration // from its beginning until now
	Ended      time.Time
	Servers    []string // the DNS servers that were asked
}

// lines says it in words.
func (r Run) lines() (lines []string) {
	if r.Sent > 0 {
		lines = append(lines, fmt.Sprintf("DNS: %s questions, %s without an answer (%.2f %%)",
			grouped(int(r.Sent)), grouped(int(r.Lost)), 100*float64(r.Lost)/float64(r.Sent)))
	}
	if r.Took > 0 {
		run := "run: " + lasted(r.Took) + ", until " + r.Ended.UTC().Format("2006-01-02 15:04:05 UTC")
		if len(r.Servers) > 0 {
			run += ", resolver " + strings.Join(r.Servers, ", ")
		}
		lines = append(lines, run)
	}
	return lines
}

// lasted formats how long a run was: 350 ms, 12.1 s, 2h5m30s.
func lasted(d time.Duration) string {
	if d < time.Minute {
		return showSeconds(d.Seconds())
	}
	return d.Round(time.Second).String()
}
