package auditrun

import (
	"context"
	"errors"
	"fmt"
	"io"

	"rdnsproxy/audit"
	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/logs"
	"rdnsproxy/sshdlog"
)

// events writes each event as it is read. It counts nothing, and so takes no memory.
func (r *run) events(ctx context.Context) (int, error) {
	set, err := logs.Open(ctx, r.logOptions())
	if err != nil {
		return 0, r.refuse(ctx, err)
	}
	defer set.Close()
	var read []logs.Input
	err = r.output(func(out io.Writer) error {
		e := auditreport.NewEventWriter(out, r.o.UnknownUsers)
		var err error
		read, err = r.each(ctx, set, e.Event, e.Flush)
		err = errors.Join(e.Flush(), ended(ctx, err))
		if err == nil && r.o.Output != "" && ctx.Err() != nil { // the file would be taken for the whole log
			return console.ErrInterrupted
		}
		return err
	})
	r.notices(set)
	if errors.Is(err, console.ErrInterrupted) {
		return r.stopped()
	}
	if nothing, ok := errors.AsType[*logs.NothingRead](err); ok {
		return 0, r.refuse(ctx, nothing)
	}
	if err != nil {
		return r.format.Incomplete(), r.failed(err)
	}
	return r.without(ctx, r.inputs(read))
}

// each hands on every event: of all that is there, or with --follow also of what comes.
func (r *run) each(ctx context.Context, set *logs.Set, event func(*sshdlog.Frame, *sshdlog.Event) error,
	idle func() error) ([]logs.Input, error) {
	if r.o.Follow {
		return set.Follow(ctx, event, idle)
	}
	return set.Events(ctx, event, idle)
}

// ended is the error of a reading that was to end with ctx.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// without ends a run that has no report: what could not be read is said on stderr.
func (r *run) without(ctx context.Context, inputs []audit.Input) (int, error) {
	var lines int64
	for _, in := range inputs {
		lines += in.SSHD
		if in.Error != "" {
			r.voice.Error(fmt.Errorf("%s: %s", in.Name, in.Error))
		}
	}
	found := severities(inputs, lines)
	if ctx.Err() != nil {
		return r.format.Interrupted(r.o.FailOn, found), nil
	}
	if lines == 0 {
		r.voice.Unknown("no line of sshd in " + names(inputs))
	}
	return r.format.Status(r.o.FailOn, found), nil
}
