package logs

import (
	"cmp"
	"context"

	"rdnsproxy/sshdlog"
)

// A Handler takes an event. The Frame and the Event are valid until it returns.
type Handler = func(*sshdlog.Frame, *sshdlog.Event) error

// Events reads all inputs once, in order, and calls each for every event. idle is called
// before a read that may wait, unless it is nil: what was made of the lines so far should be
// passed on now. An error of either ends the reading, and is returned; else the error is as
// that of Tally.
func (s *Set) Events(ctx context.Context, each Handler, idle func() error) ([]Input, error) {
	defer s.report()()
	var failed error
	keep := func(err error) error {
		failed = cmp.Or(failed, err)
		return err
	}
	p := part{each: func(f *sshdlog.Frame, e *sshdlog.Event) error { return keep(each(f, e)) }}
	if was := idle; was != nil {
		idle = func() error { return keep(was()) }
	}
	inputs := s.inputs()
	for i, f := range s.sources {
		if f.err != nil {
			continue
		}
		var r result
		s.stream(ctx, &p, f, f.yearFor(0), idle, &r)
		r.counts = p.counts
		inputs[i].take(&r)
		if failed != nil {
			return inputs, failed
		}
		if err := ctx.Err(); err != nil {
			return inputs, err
		}
	}
	return inputs, ended(ctx, inputs)
}
