package audit

import (
	"cmp"
	"slices"

	"rdnsproxy/audit/tally"
	"rdnsproxy/safetext"
)

// add counts a client in the totals and in the table of then and now.
func (j *judgement) add(c *counted) {
	t := &j.r.Totals
	count := func(rows map[Reading]Row) {
		row := rows[c.reading]
		row.add(&c.Client)
		rows[c.reading] = row
	}
	count(t.ByReading)
	if c.BadlyMapped > 0 {
		count(t.BadlyByReading)
		t.BadlyMapped.add(&c.Client)
	}
	j.dropped += c.Dropped
	key := ThenNow{Then: thenKind(&c.Client), Change: c.change}
	cell := j.changes[key]
	if cell == nil {
		cell = &ThenNow{Then: key.Then, Change: key.Change}
		j.changes[key] = cell
	}
	cell.Addresses++
	cell.Logins += c.logins()
}

// sums fills in the totals that are not sums over clients.
func (j *judgement) sums() {
	t := &j.r.Totals
	for _, h := range j.sum.Hours {
		t.Dropped += h.Dropped
	}
	t.Dropped = max(t.Dropped, j.dropped+j.sum.Others.Dropped) // a log without stamps has no hours
	t.Dropped += j.sum.Unsaid
	t.Unattributed, t.Forged, t.Others = j.sum.Unattributed, j.sum.Forged, j.sum.OtherClients
}

// thenNow returns the cells of the table of then and now, in the order of the words.
func (j *judgement) thenNow() []ThenNow {
	thens := []string{"failed", "mismatch", "numeric", "missing", thenNamed, thenNone}
	changes := []Change{Still, Fixed, Removed, New, Unchanged, Undetermined, Skipped}
	var cells []ThenNow
	for _, cell := range j.changes {
		cells = append(cells, *cell)
	}
	slices.SortFunc(cells, func(x, y ThenNow) int {
		return cmp.Or(cmp.Compare(slices.Index(thens, x.Then), slices.Index(thens, y.Then)),
			cmp.Compare(slices.Index(changes, x.Change), slices.Index(changes, y.Change)))
	})
	return cells
}

// timeline returns the counts of each step of time.
func timeline(s *tally.Summary) Timeline {
	n := len(s.Hours)
	t := Timeline{
		StepSeconds: s.Step,
		Start:       make([]int64, 0, n), Mapping: make([]int64, 0, n), Failed: make([]int64, 0, n),
		Logins: make([]int64, 0, n), Dropped: make([]int64, 0, n),
	}
	for _, h := range s.Hours {
		t.Start, t.Mapping, t.Failed = append(t.Start, h.Start), append(t.Mapping, h.Mapping), append(t.Failed, h.Failed)
		t.Logins, t.Dropped = append(t.Logins, h.Logins), append(t.Dropped, h.Dropped)
	}
	return t
}

// span returns the time that the log covers, as far as the reader has not said it.
func span(t Span, s *tally.Summary) Span {
	if t.First == nil {
		t.First = stamp(s.First)
	}
	if t.Last == nil {
		t.Last = stamp(s.Last)
	}
	if t.Assumed == nil {
		t.Assumed = []string{}
	}
	t.Zone, t.YearBy = safetext.Line(t.Zone), safetext.Line(t.YearBy)
	return t
}

// safeInputs returns the inputs with names and errors that are safe to print.
func safeInputs(in []Input) []Input {
	out := make([]Input, 0, len(in))
	for _, i := range in {
		i.Name, i.Error = safetext.Line(i.Name), safetext.Line(i.Error)
		out = append(out, i)
	}
	return out
}
