package report

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// The exit statuses of a Nagios plugin (Monitoring Plugins Development
// Guidelines, "Plugin Return Codes").
const (
	nagiosOK = iota
	nagiosWarning
	nagiosCritical
	nagiosUnknown
)

var nagiosWords = [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}

// nagiosStatus is the exit status of a Nagios plugin for findings of these severities:
// 2 for an error, 1 for anything else at or above failOn, 3 for an unknown, 0 for the
// rest. CRITICAL takes precedence over WARNING, UNKNOWN and OK, in this order, which is
// that of the plugins' max_state_alt: a host that could not be checked must not hide one
// that is known to be wrong. Without any severities nothing was checked: UNKNOWN.
func nagiosStatus(failOn check.Severity, found []check.Severity) int {
	if len(found) == 0 {
		return nagiosUnknown
	}
	status, o := nagiosOK, Options{FailOn: failOn}
	for _, s := range found {
		switch o.outcomeOf(s) {
		case failed:
			if s == check.Error {
				return nagiosCritical
			}
			status = nagiosWarning
		case undetermined:
			if status == nagiosOK {
				status = nagiosUnknown
			}
		}
	}
	return status
}

// nagios writes the one line of a plugin that monitors show, with performance data. It
// is shorter than the 1024 bytes that NRPE's older protocol carries.
type nagios struct {
	w       io.Writer
	o       Options
	total   int
	seen    []check.Severity // of all findings
	counts  map[check.Severity]int
	slowest check.Phases
	last    *check.Result
	bad     []nagiosTarget
}

// nagiosTarget is a target that is not OK, and why.
type nagiosTarget struct {
	severity check.Severity
	words    string
}

// Bounds of the line.
const (
	nagiosNamed = 4   // targets that are not OK
	nagiosText  = 140 // bytes each
)

func (n *nagios) Result(r *check.Result) error {
	n.total++
	n.last = r
	if n.counts == nil {
		n.counts = map[check.Severity]int{}
	}
	n.counts[r.Severity]++
	for _, f := range r.Findings {
		n.seen = append(n.seen, f.Severity)
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
	if n.o.outcome(whole.findings) != passed {
		worst := n.o.worst(whole)
		words := nagiosPlain(worst.Text)
		if host := nagiosPlain(r.Host); !strings.Contains(words, host) {
			words = host + ": " + words
		}
		n.bad = append(n.bad, nagiosTarget{worst.Severity, safetext.Cut(words, nagiosText)})
	}
	return nil
}

func (n *nagios) Close() error {
	status := nagiosWords[nagiosStatus(n.o.FailOn, n.seen)]
	if n.total == 0 && n.o.Empty != "" {
		status = nagiosWords[nagiosOK]
	}
	unnamed := ""
	if n.o.Unnamed > 0 {
		unnamed = fmt.Sprintf(" (not checked: %d hashed lines of known_hosts)", n.o.Unnamed)
	}
	_, err := fmt.Fprintf(n.w, "RDNSPROXY %s - %s%s | %s\n", status, n.summary(), unnamed, n.perfdata())
	return err
}

// nagiosNoReport is the plugin's line if nothing could be checked. It says why.
func nagiosNoReport(why string) string {
	return "RDNSPROXY " + nagiosWords[nagiosUnknown] + " - " + safetext.Cut(nagiosPlain(why), nagiosText) + "\n"
}

// summary names the worst targets, and counts the rest of those that are not OK.
func (n *nagios) summary() string {
	if n.total == 0 {
		return nagiosPlain(cmp.Or(n.o.Empty, "nothing was checked"))
	}
	if len(n.bad) == 0 && n.total == 1 && !n.o.Brief {
		return safetext.Cut(nagiosPlain(name(n.last)), nagiosText) + " " + string(n.last.Verdict)
	}
	if len(n.bad) == 0 {
		return targets(n.total)
	}
	slices.SortStableFunc(n.bad, func(a, b nagiosTarget) int { return cmp.Compare(b.severity, a.severity) })
	var texts []string
	for _, t := range n.bad[:min(len(n.bad), nagiosNamed)] {
		texts = append(texts, t.words)
	}
	if more := len(n.bad) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	if n.total == 1 {
		return texts[0]
	}
	return fmt.Sprintf("%d of %s: %s", len(n.bad), targets(n.total), strings.Join(texts, "; "))
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

// nagiosPlain makes a text safe for whatever a monitor does with it: a bar would begin the
// performance data, web pages show it as HTML, and notification commands pass it to a
// shell and to printf %b, for which \027 is a control character. Quotes are dropped, as
// Nagios itself does; other characters become question marks. The other formats have the
// whole text.
func nagiosPlain(s string) string {
	return nagiosOdd().ReplaceAllString(nagiosQuotes.Replace(s), "?")
}

var nagiosQuotes = strings.NewReplacer("'", "", `"`, "")

// nagiosOdd is compiled on first use, so that the relay does not pay for it.
var nagiosOdd = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\\[0-9]{3}|[^-A-Za-z0-9 .,:;()_/+=@%\[\]]`)
})
