package survey

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"

	"rdnsproxy/check"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/target"
)

// counts are how many targets have which severity, while others are still checked.
type counts [check.Error + 1]atomic.Int64

func (c *counts) add(r *check.Result) {
	if !r.Interrupted() {
		c[r.Severity].Add(1)
	}
}

// soFar says what has been found, and how many questions got no answer, for the line of
// progress: the most important first.
func (s *Survey) soFar() (parts []string) {
	for _, severity := range []check.Severity{check.Error, check.Warning} {
		if n := s.counts[severity].Load(); n > 0 {
			parts = append(parts, report.Count(int(n), severity))
		}
	}
	if ran := s.ran(); ran.Lost > 0 {
		parts = append(parts, fmt.Sprintf("%.1f %% lost", 100*float64(ran.Lost)/float64(ran.Sent)))
	}
	if n := s.counts[check.Unknown].Load(); n > 0 {
		parts = append(parts, report.Count(int(n), check.Unknown))
	}
	return parts
}

// expect counts the targets of a list that can be read twice, and tells progress how many
// of them this run has to do, with those that are known, of so many words.
func (s *Survey) expect(ctx context.Context, q *queue, words int) {
	n := 0
	count := func(text string) {
		if q.share.Whole() || q.share.Keeps(target.Canonical(text)) {
			n++
		}
	}
	for _, t := range q.given {
		count(t.Input)
	}
	if q.more != nil {
		for _, file := range s.o.Sources.FromFile {
			if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
				return
			}
		}
		from := s.o.Sources
		if !again(from, words-len(q.given)) || s.reader.Zones != nil {
			return
		}
		for item, err := range s.reader.Again(ctx, from) {
			if err != nil || ctx.Err() != nil {
				return
			}
			count(item.Text)
		}
	}
	if q.journal != nil {
		s.progress.Pass(q.journal.Done)
	}
	s.progress.Expect(n)
}

// again reports whether what is read as its turn comes can be read twice: only lists can. Of
// the words on the command line, so many are ranges, or come after one: they are not in a
// list.
func again(from target.Sources, ranges int) bool {
	return len(from.FromFile) > 0 && ranges <= 0 && !from.All && !from.KnownHosts && from.Ansible == ""
}
