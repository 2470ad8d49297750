package survey

import (
	"errors"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/shard"
	"rdnsproxy/limits"
	"rdnsproxy/replacefile"
)

// Merge reports the results in files, which check --format jsonl has written, as one run
// would have reported them, and returns its exit status. Of each file only one result is in
// memory, unless the format keeps all. If partial is set, runs need not have ended, nor all
// shares be there; if something lacks, the status is that of an incomplete report.
func Merge(w console.World, o Options, files []string, partial bool) (int, error) {
	v := console.NewVoice(w.Err, o.Quiet, o.Verbose)
	format, err := report.FormatOf(o.Format)
	if err != nil {
		return 0, err
	}
	s := &Survey{w: w, o: o, voice: v}
	if o.Output != "" {
		if err := replacefile.Writable(o.Output); err != nil { // better now than after all files are read
			return s.Fail(nil, err), nil
		}
	}
	m, err := shard.Merge(files, w.In, partial)
	if err != nil {
		return 0, err
	}
	defer m.Close()
	if len(m.Versions) > 1 {
		v.Notice("the files were written by versions " + strings.Join(m.Versions, " and ") + " of rdnsproxy")
	}
	lacks := func() []string { return m.Lacking }
	one := &writing{s: s, many: true, read: true, lacks: lacks, outcomes: func(yield func(outcome) bool) {
		n := 0
		for r, err := range m.Results() {
			if n++; err == nil && format.Holds && n > limits.Targets {
				err = console.Refuse(exit.Usage, "merge fewer files, or choose another format",
					"the format %s keeps all results: the limit is %d", format.Name, limits.Targets)
			}
			if err != nil {
				var refusal *console.Refusal
				if n > 1 && o.Output == "" && errors.As(err, &refusal) {
					refusal.Hint = "the report was begun and is not whole: do not use it"
				}
				yield(outcome{bad: err})
				return
			}
			if !yield(outcomeOf(r)) {
				return
			}
		}
	}}
	status, err := s.statusOf(&queue{}, one, format, one.write())
	if err != nil || len(m.Lacking) == 0 {
		return status, err
	}
	for _, what := range m.Lacking {
		v.Warning(what)
	}
	return format.Partial(o.FailOn, one.severities.list(), exit.Usage), nil
}
