package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/safetext"
)

// nagios writes the one line of a plugin that monitors show, with performance data. It
// is shorter than the 1024 bytes that NRPE's older protocol carries.
type nagios struct {
	w       io.Writer
	o       Options
	total   int
	seen    []check.Severity // of all findings, each once
	counts  map[check.Severity]int
	slowest check.Phases
	last    *check.Result
	bad     worstOf[string] // the targets that are not OK, and why
}

// Bounds of the line.
const (
	nagiosNamed = 4 // targets that are not OK
	nagiosText  = dialect.NagiosText
)

func (n *nagios) Result(r *check.Result) error {
	n.total++
	n.last = r
	if n.counts == nil {
		n.counts = map[check.Severity]int{}
	}
	n.counts[r.Severity]++
	for _, f := range r.Findings {
		if !slices.Contains(n.seen, f.Severity) {
			n.seen = append(n.seen, f.Severity)
		}
	}
	t := r.Timings
	n.slowest = check.Phases{
		Resolve:  max(n.slowest.Resolve, t.Resolve),
		Reverse:  max(n.slowest.Reverse, t.Reverse),
		Connect:  max(n.slowest.Connect, t.Connect),
		Identify: max(n.slowest.Identify, t.Identify),
		HostKeys: max(n.slowest.HostKeys, t.HostKeys),
	}
	whole := point{findings: worstFirst(r.Findings)}
	if n.o.outcome(whole.findings) != dialect.Passed {
		worst := n.o.worst(whole)
		words := dialect.NagiosPlain(worst.Text)
		if host := dialect.NagiosPlain(r.Host); !strings.Contains(words, host) {
			words = host + ": " + words
		}
		n.bad.most = nagiosNamed
		n.bad.add(worst.Severity, safetext.Cut(words, nagiosText))
	}
	return nil
}

func (n *nagios) Close() error {
	status := dialect.NagiosStatus(n.o.FailOn, n.seen)
	if n.total == 0 && n.o.Empty != "" {
		status = dialect.NagiosOK
	}
	lacking := n.o.lacking()
	if lacking != "" {
		status = cmp.Or(status, dialect.NagiosUnknown)
		lacking = " (incomplete: " + safetext.Cut(dialect.NagiosPlain(lacking), nagiosText) + ")"
	}
	unnamed := ""
	if n.o.Unnamed > 0 {
		unnamed = fmt.Sprintf(" (not checked: %d hashed lines of known_hosts)", n.o.Unnamed)
	}
	_, err := io.WriteString(n.w, dialect.NagiosLine(status, n.summary(), lacking+unnamed, n.perfdata()))
	return err
}

// summary names the worst targets, and counts the rest of those that are not OK.
func (n *nagios) summary() string {
	if n.total == 0 {
		return dialect.NagiosPlain(cmp.Or(n.o.Empty, "nothing was checked"))
	}
	texts := n.bad.list()
	if len(texts) == 0 && n.total == 1 && !n.o.Brief {
		return safetext.Cut(dialect.NagiosPlain(name(n.last)), nagiosText) + " " + string(n.last.Verdict)
	}
	if len(texts) == 0 {
		return Targets(n.total)
	}
	bad := len(texts) + n.bad.passed
	if n.bad.passed > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", n.bad.passed))
	}
	if n.total == 1 {
		return texts[0]
	}
	return fmt.Sprintf("%d of %s: %s", bad, Targets(n.total), strings.Join(texts, "; "))
}

// perfdata always has the same labels, for graphs. A number of targets has no unit: c is
// for counters that only grow.
func (n *nagios) perfdata() string {
	data := []string{fmt.Sprintf("targets=%d;;;0", n.total)}
	for s := check.Pass; s <= check.Error; s++ {
		data = append(data, fmt.Sprintf("%s=%d;;;0;%d", s, n.counts[s], n.total))
	}
	for _, p := range phases(n.slowest) {
		data = append(data, p.name+"="+strconv.FormatFloat(p.seconds, 'f', 6, 64)+"s;;;0")
	}
	return strings.Join(data, " ")
}
