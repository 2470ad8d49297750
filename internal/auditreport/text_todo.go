package auditreport

import (
	"slices"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// shownAdvice is how many pieces of advice the text gives, and shownLines how many lines to
// copy each has.
const (
	shownAdvice = 8
	shownLines  = 3
)

// task is one thing to do at one place, with the lines to copy.
type task struct {
	place string
	text  string
	lines []string
}

// tasks collects the advice of all findings, the worst first: what is to be done at the
// same place is said once. If command is not nil, it rewrites commands in the advice.
func tasks(r *audit.Report, command func(string) string) []task {
	var tasks []task
	for _, f := range worstFirst(r.Findings) {
		for _, a := range f.Advice {
			place := place(a, hostsOf(r, f))
			words := safetext.Line(a.Text)
			if command != nil {
				words = command(words)
			}
			i := slices.IndexFunc(tasks, func(k task) bool { return k.place == place && k.text == words })
			if i < 0 {
				tasks = append(tasks, task{place: place, text: words})
				i = len(tasks) - 1
			}
			if line := safetext.Line(a.Line); line != "" && !slices.Contains(tasks[i].lines, line) {
				tasks[i].lines = append(tasks[i].lines, line)
			}
		}
	}
	return tasks
}

// hostsOf are the servers of a finding: the only one in the log, if it names none.
func hostsOf(r *audit.Report, f audit.Finding) []string {
	if len(f.Hosts) == 0 && len(r.Hosts) == 1 && r.Hosts[0].Name != "" {
		return []string{r.Hosts[0].Name}
	}
	return f.Hosts
}

// remedy writes what to do, place by place.
func (t *text) remedy() {
	tasks := tasks(t.r, t.o.Command)
	if len(tasks) == 0 {
		return
	}
	t.Blank()
	t.Heading("what to do")
	left := 0
	if !t.o.Verbose && len(tasks) > shownAdvice {
		left = len(tasks) - shownAdvice
		tasks = tasks[:shownAdvice]
	}
	for len(tasks) > 0 { // all that is to be done at the first place, then at the next
		place := tasks[0].place
		t.Line(2, t.Ink.Paint(layout.Bold, place))
		var others []task
		for _, k := range tasks {
			if k.place == place {
				t.task(k)
			} else {
				others = append(others, k)
			}
		}
		tasks = others
	}
	if left > 0 {
		t.Line(2, "and "+count(int64(left), "more thing")+" (-v shows all)")
	}
}

func (t *text) task(k task) {
	colon := ""
	if len(k.lines) > 0 {
		colon = ":"
	}
	t.Hanging(3, 4, k.text+colon)
	for i, line := range k.lines {
		if i == shownLines && !t.o.Verbose {
			t.Line(5, "and "+count(int64(len(k.lines)-i), "more line")+" like these (-v shows all)")
			break
		}
		t.Verbatim(5, line)
	}
}

// place says where advice is to be followed.
func place(a check.Advice, hosts []string) string {
	switch a.Machine {
	case check.ReverseZone, check.ForwardZone:
		return "in DNS, the " + string(a.Machine)
	case check.ThisMachine:
		return "on this machine"
	case check.Resolver:
		return "at the resolver"
	}
	if len(hosts) == 0 {
		return "on the " + string(a.Machine)
	}
	return "on " + safetext.Line(listed(hosts, "server"))
}
