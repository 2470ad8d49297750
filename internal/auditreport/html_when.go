package auditreport

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/audit"
)

// series is one line of the timeline: a chart of its own, for on one scale the failures
// would flatten the rest.
type series struct {
	key, title, what string
	values           func(audit.Timeline) []int64
}

func allSeries() []series {
	return []series{
		{"mapping", "Connections with a wrong reverse name", "with a wrong reverse name",
			func(t audit.Timeline) []int64 { return t.Mapping }},
		{"failed", "Failed logins", "failed logins",
			func(t audit.Timeline) []int64 { return t.Failed }},
		{"logins", "Logins", "logins", func(t audit.Timeline) []int64 { return t.Logins }},
		{"dropped", "Dropped connections", "dropped",
			func(t audit.Timeline) []int64 { return t.Dropped }},
	}
}

// at returns a value of a list that may be shorter than the timeline.
func at(list []int64, i int) int64 {
	if i < len(list) {
		return list[i]
	}
	return 0
}

// when is the timeline: charts, which the script draws, and a table with the same numbers.
func (p *page) when() {
	t := p.r.Timeline
	if len(t.Start) == 0 {
		return
	}
	p.section("when", "When")
	p.put(`<div id="charts" hidden><div class="zoom"><button type="button" data-zoom="in">Zoom in</button>` +
		`<button type="button" data-zoom="out">Zoom out</button><button type="button" data-zoom="left">Earlier</button>` +
		`<button type="button" data-zoom="right">Later</button><button type="button" data-zoom="all">Show all</button>` +
		`<span>or drag over a chart</span></div>` + "\n")
	for _, s := range allSeries() {
		total, most, when := int64(0), int64(0), int64(0)
		for i, start := range t.Start {
			n := at(s.values(t), i)
			if total += n; n > most {
				most, when = n, start
			}
		}
		if total == 0 && s.key == "dropped" {
			continue
		}
		p.put(`<figure><figcaption>%v <small>%v in all</small></figcaption><div class="chart" `+
			`data-series="%v" data-what="%v" role="img" aria-label="%v"></div></figure>`+"\n",
			s.title, total, s.key, s.what, alternative(s, total, most, when, t.StepSeconds, p.zone))
	}
	p.put(`<p id="at" aria-live="off">Times are those of %v.</p></div>`+"\n", p.zone.String())
	p.byDay(t)
	p.endSection()
}

// alternative says what a chart shows to those who cannot see it.
func alternative(s series, total, most, when, step int64, zone *time.Location) string {
	text := s.title + ": " + number(total) + " in all"
	if most > 0 {
		text += "; most, " + number(most) + ", in the " + stepName(step) + " from " +
			time.Unix(when, 0).In(zone).Format(stampForm)
	}
	return text + ". The table below has the numbers."
}

// stepName names a length of time: hour, day, 6 hours.
func stepName(seconds int64) string {
	for _, u := range []struct {
		name string
		of   int64
	}{{"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}} {
		switch n := seconds / u.of; {
		case n == 1 && seconds%u.of == 0:
			return u.name
		case n > 1 && seconds%u.of == 0:
			return strconv.FormatInt(n, 10) + " " + u.name + "s"
		}
	}
	return "step"
}

// mostDays is how many days the table has before it goes by months.
const mostDays = 400

// byDay is the table below the charts. It is open until the script, which draws the
// charts, closes it.
func (p *page) byDay(t audit.Timeline) {
	by, form := "Day", "2 Jan 2006"
	if days := (t.Start[len(t.Start)-1] - t.Start[0]) / 86400; days > mostDays {
		by, form = "Month", "Jan 2006"
	}
	columns := []column{{title: by}}
	var shown []series
	for _, s := range allSeries() {
		if s.key != "dropped" || slices.ContainsFunc(t.Dropped, func(n int64) bool { return n > 0 }) {
			columns, shown = append(columns, column{title: s.title, numeric: true}), append(shown, s)
		}
	}
	p.put(`<details id="days" open><summary>Numbers by %v</summary>`+"\n", strings.ToLower(by))
	p.table("day-table", "Numbers by time", columns)
	p.put("<tbody>\n")
	row := make([]any, len(columns))
	for i := 0; i < len(t.Start); {
		when := time.Unix(t.Start[i], 0).In(p.zone).Format(form)
		sums := make([]int64, len(shown))
		for ; i < len(t.Start) && time.Unix(t.Start[i], 0).In(p.zone).Format(form) == when; i++ {
			for j, s := range shown {
				sums[j] += at(s.values(t), i)
			}
		}
		row[0] = when
		for j := range sums {
			row[j+1] = sums[j]
		}
		p.put("<tr>")
		p.cells(columns, row...)
		p.put("</tr>\n")
	}
	p.put("</tbody>")
	p.endTable()
	p.put("</details>\n")
}
