package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// operators counts the targets that the operators of reverse zones can help, and their
// zones. Its memory is bounded, by that of its counters.
type operators struct {
	targets counter           // by operator; "" is one that nobody knows
	zones   counter           // by zone
	of      map[string]string // the operator of each zone that is counted
}

func (o *operators) add(r *check.Result) {
	var zones, asked []string
	for _, a := range r.Addresses {
		zone, operator := a.Reverse.Zone, a.Reverse.Contact
		if zone == "" && operator == "" {
			continue
		}
		if !slices.Contains(asked, operator) {
			asked = append(asked, operator)
			o.targets.add(operator)
		}
		if zone == "" || slices.Contains(zones, zone) {
			continue
		}
		if zones = append(zones, zone); o.zones.add(zone) {
			if o.of == nil {
				o.of = map[string]string{}
			}
			o.of[zone] = operator
		}
	}
}

// rows are the operators with the most targets, at most most of them, each with its zones,
// within a width in columns. rest is how many targets the others have.
func (o *operators) rows(most, width int) (rows []layout.Row, rest int) {
	zones := map[string][]string{}
	for _, zone := range o.zones.top() {
		zones[o.of[zone]] = append(zones[o.of[zone]], zone)
	}
	rest = o.targets.others
	for i, operator := range o.targets.top() {
		n := o.targets.of[operator]
		if i >= most {
			rest += n
			continue
		}
		cell := safetext.Cut(fmt.Sprintf("%11s  %s", grouped(n), cmp.Or(operator, "operator not known")), width*2/3)
		rows = append(rows, layout.Row{Depth: 2, Cell: cell})
	}
	room := 0
	for _, row := range rows {
		room = max(room, len(row.Cell))
	}
	room = width - room - 2*len(layout.Indent) - 2
	for i, operator := range o.targets.top()[:len(rows)] {
		rows[i].Note = someOf(zones[operator], room)
	}
	return rows, rest
}

// someOf lists the words that fit into so many columns, and counts the others.
func someOf(words []string, columns int) string {
	for n := min(len(words), 20); n > 0; n-- {
		text := strings.Join(words[:n], ", ")
		if n < len(words) {
			text += fmt.Sprintf(" and %s more", grouped(len(words)-n))
		}
		if len(text) <= columns || n == 1 {
			return safetext.Cut(text, max(columns, 0))
		}
	}
	return ""
}
