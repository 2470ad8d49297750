package dialect

import (
	"fmt"
	"strconv"
	"strings"
)

// Samples are the lines of one family of Prometheus's text exposition format, which wants
// all samples of a family together.
type Samples struct{ lines strings.Builder }

// Label is a label's name, and its value before escaping.
type Label struct{ Name, Value string }

// Add adds a sample.
func (f *Samples) Add(metric string, value float64, labels ...Label) {
	f.lines.WriteString(metric)
	for i, l := range labels {
		sep := ","
		if i == 0 {
			sep = "{"
		}
		fmt.Fprintf(&f.lines, `%s%s="%s"`, sep, l.Name, labelEscape.Replace(l.Value))
	}
	if len(labels) > 0 {
		f.lines.WriteByte('}')
	}
	f.lines.WriteString(" " + strconv.FormatFloat(value, 'f', -1, 64) + "\n")
}

// States adds the series of a state set: one for each state, 1 for the current one. So a
// state that changes leaves no stale series behind, and a rule can wait for one that has
// not occurred yet.
func States[T ~string](f *Samples, metric, name string, all []T, current T, labels []Label) {
	for _, s := range all {
		value := 0.0
		if s == current {
			value = 1
		}
		f.Add(metric, value, append(labels[:len(labels):len(labels)], Label{name, string(s)})...)
	}
}

// Family returns HELP, TYPE and the samples; nothing if there are none.
func (f *Samples) Family(metric, help string) string {
	if f.lines.Len() == 0 {
		return ""
	}
	return fmt.Sprintf("# HELP %s %s\n# TYPE %s gauge\n%s", metric, help, metric, f.lines.String())
}

// labelEscape escapes a label value as the format requires.
var labelEscape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
