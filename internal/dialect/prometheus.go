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

// Family returns HELP, TYPE and the samples; nothing if there are none.
func (f *Samples) Family(metric, help string) string {
	if f.lines.Len() == 0 {
		return ""
	}
	return fmt.Sprintf("# HELP %s %s\n# TYPE %s gauge\n%s", metric, help, metric, f.lines.String())
}

// labelEscape escapes a label value as the format requires.
var labelEscape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
