package auditrun

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/logs"
	"rdnsproxy/limits"
	"rdnsproxy/sshdlog"
)

// follower reports a log that grows: now and then it judges what was counted so far, and
// writes the findings that are new.
type follower struct {
	*run
	later later

	mu    sync.Mutex // for tally and dirty
	tally *tally.Tally
	dirty bool // something was counted since the last look

	written map[finding]state
}

// finding tells findings apart, and state is what may change about one.
type (
	finding struct {
		code    check.Code
		address netip.Addr
		host    string
	}
	state struct {
		severity check.Severity
		change   audit.Change
		at       time.Time
	}
)

// Times of following.
const (
	lookEvery   = time.Second    // between two looks, unless a look takes long
	lookShare   = 20             // a look may take a twentieth of the time
	remindAfter = 24 * time.Hour // a finding that still holds is written again
)

// follow goes on until the user interrupts it; then it writes the report of what was read.
func (r *run) follow(ctx context.Context) (int, error) {
	set, err := logs.Open(ctx, r.logOptions())
	if err != nil {
		return 0, r.refuse(ctx, err)
	}
	defer set.Close()
	r.notices(set)
	f := &follower{run: r, tally: tally.New(r.logOptions().Tally), written: map[finding]state{}}
	f.later = later{run: r, known: map[netip.Addr]*check.Result{}}
	if r.o.DNS != None {
		s, err := r.survey(ctx)
		if err != nil {
			return 0, err
		}
		defer s.Close()
		f.later.check = s.CheckClient
	}
	following, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() {
		done <- f.look(following)
		stop() // nobody reads any more
	}()
	r.voice.Hint("waiting for new lines; Ctrl-C ends it")
	inputs, err := set.Follow(following, f.event, nil)
	stop()
	if failed := <-done; failed != nil {
		return r.format.Incomplete(), r.failed(failed)
	}
	if err := ended(following, err); err != nil {
		return 0, r.refuse(ctx, err)
	}
	r.interrupted = true
	return f.finish(ctx, was{inputs: r.inputs(inputs), time: r.span(set.YearBy, inputs), took: time.Since(r.began)})
}

// finish writes the findings of the last moment, and for people the report.
func (f *follower) finish(ctx context.Context, read was) (int, error) {
	f.tally.Finish()
	o := f.basis(f.tally, read)
	o.Server = f.server(f.tally)
	report := audit.Judge(f.tally, f.later.results(), o)
	if err := f.write(report); err != nil {
		return f.format.Incomplete(), f.failed(err)
	}
	if f.format.Prose {
		fmt.Fprintln(f.w.Out)
		if err := f.run.write(report); err != nil {
			return f.format.Incomplete(), f.failed(err)
		}
	}
	return f.format.Interrupted(f.o.FailOn, auditreport.Severities(report)), nil
}

func (f *follower) event(frame *sshdlog.Frame, e *sshdlog.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tally.Add(frame, e)
	f.dirty = true
	return nil
}

// look looks at the tally again and again. It returns an error only if nothing can be
// written any more.
func (f *follower) look(ctx context.Context) error {
	wait := lookEvery
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		began := time.Now()
		report, err := f.snapshot(ctx)
		if err != nil {
			return err
		}
		if report != nil {
			if err := f.write(report); err != nil {
				return err
			}
		}
		wait = max(lookEvery, lookShare*time.Since(began))
	}
}

// snapshot judges what was counted so far; nil if nothing is new. The tally goes on: a copy
// of it is finished.
func (f *follower) snapshot(ctx context.Context) (*audit.Report, error) {
	f.mu.Lock()
	if !f.dirty && !f.later.news() {
		f.mu.Unlock()
		return nil, nil
	}
	f.dirty = false
	t := f.tally.Clone()
	f.mu.Unlock()
	t.Finish()
	f.later.want(ctx, t)
	o := f.basis(t, was{})
	o.Server = f.server(t)
	return audit.Judge(t, f.later.results(), o), nil
}

// write writes the findings that are new, or have changed.
func (f *follower) write(report *audit.Report) error {
	clients := map[netip.Addr]*audit.Client{}
	for i := range report.Clients {
		clients[report.Clients[i].Address] = &report.Clients[i]
	}
	now, least := time.Now(), check.Notice
	if f.o.Quiet {
		least = check.Unknown
	}
	for _, found := range report.Findings {
		s, at := state{severity: found.Severity, at: now}, report.Time.Last
		c := clients[found.Address]
		if c != nil {
			s.change, at = c.Change, c.Last
		}
		switch {
		case found.Severity < least, found.Code == audit.LogEmpty, found.Code == audit.LogNoMatch:
			continue
		case found.Address.IsValid() && f.later.waits(found.Address):
			continue // until it is known what is true now
		case !f.isNew(found, s):
			continue
		}
		if at == nil {
			at = &now
		}
		if err := auditreport.WriteFinding(f.w.Out, f.format.Name, *at, found, f.reportOptions()); err != nil {
			return err
		}
	}
	return nil
}

// isNew reports whether a finding has to be written, and remembers it.
func (f *follower) isNew(found audit.Finding, s state) bool {
	if len(f.written) > limits.AuditClients {
		clear(f.written) // writing something twice is better than to grow without bound
	}
	hosts := found.Hosts
	if len(hosts) == 0 {
		hosts = []string{""}
	}
	news := false
	for _, host := range hosts {
		key := finding{found.Code, found.Address, host}
		was, known := f.written[key]
		if !known || was.severity != s.severity || was.change != s.change || s.at.Sub(was.at) >= remindAfter {
			f.written[key] = s
			news = true
		}
	}
	return news
}
