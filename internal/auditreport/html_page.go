package auditreport

import (
	"fmt"
	"html"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// page is an HTML file that is being written.
type page struct {
	b    strings.Builder
	r    *audit.Report
	o    Options
	zone *time.Location // that times are shown in
	rows []pageRow
	made []column // the sections so far: their ids and headings
}

// markup is HTML that this package has made. It is written as it is.
type markup string

// Bytes of one text, and of one name in a table, that the page shows. Those of a log are
// shorter: this bounds what a report that was read back can do.
const (
	longest     = 2048
	longestName = limits.LogName + 44
)

// put writes HTML. The format is ours; each argument is shown as text, unless it is markup.
// Numbers get commas, times are those of the log.
func (p *page) put(format string, args ...any) {
	for i, a := range args {
		args[i] = p.shown(a)
	}
	fmt.Fprintf(&p.b, format, args...)
}

// take returns what was written, and begins anew.
func (p *page) take() string {
	defer p.b.Reset()
	return p.b.String()
}

// html returns what put would write.
func (p *page) html(format string, args ...any) markup {
	for i, a := range args {
		args[i] = p.shown(a)
	}
	return markup(fmt.Sprintf(format, args...))
}

// shown returns a value as HTML.
func (p *page) shown(a any) markup {
	switch v := a.(type) {
	case markup:
		return v
	case int64:
		return markup(number(v))
	case int:
		return markup(number(int64(v)))
	case netip.Addr:
		return escape(v.String())
	case *time.Time:
		if v == nil {
			return "–"
		}
		return p.shown(*v)
	case time.Time:
		return markup(`<time datetime="` + v.UTC().Format(time.RFC3339) + `">` + v.In(p.zone).Format(stampForm) + "</time>")
	case string:
		return escape(v)
	default:
		return escape(fmt.Sprint(v))
	}
}

// stampForm is how times look.
const stampForm = "2 Jan 2006 15:04"

// escape makes any text inert in an element and in a quoted attribute. What is not
// printable, such as marks that reverse the direction of text, becomes \DDD.
func escape(s string) markup {
	return markup(html.EscapeString(safetext.Line(safetext.Cut(s, longest))))
}

// orDash returns a count, or a dash where the log does not tell.
func orDash(n *int64) markup {
	if n == nil {
		return "–"
	}
	return markup(number(*n))
}

// andMore says how many are left out of a list; nothing if none is.
func andMore(n int) string {
	if n <= 0 {
		return ""
	}
	return " and " + number(int64(n)) + " more"
}

// section begins a section with a heading that links can point at.
func (p *page) section(id, heading string) {
	p.made = append(p.made, column{key: id, title: heading})
	p.put(`<section id="%v" aria-labelledby="%v-h">`+"\n"+`<h2 id="%v-h">%v</h2>`+"\n", id, id, id, heading)
}

func (p *page) endSection() { p.put("</section>\n") }

// column is the head of one column. Numbers are aligned to the right.
type column struct {
	key, title string
	numeric    bool
}

// table begins a table. The caption is for those who cannot see where it stands.
func (p *page) table(id, caption string, columns []column) {
	p.put(`<div class="scroll"><table id="%v"><caption class="unseen">%v</caption><thead><tr>`, id, caption)
	for _, c := range columns {
		p.put(`<th scope="col"%v%v>%v</th>`, class(c.numeric, "n"), key(c.key), c.title)
	}
	p.put("</tr></thead>\n")
}

func (p *page) endTable() { p.put("</table></div>\n") }

func class(set bool, name string) markup {
	if !set {
		return ""
	}
	return markup(` class="` + name + `"`)
}

func key(k string) markup {
	if k == "" {
		return ""
	}
	return markup(` data-key="` + k + `"`)
}

// cells writes the cells of a row, the first as its head. On a narrow screen each of the
// others has its column's title beside it.
func (p *page) cells(columns []column, values ...any) {
	p.put(`<th scope="row"%v>%v</th>`, class(columns[0].numeric, "n"), values[0])
	p.columns(columns[1:], values[1:]...)
}

func (p *page) columns(columns []column, values ...any) {
	for i, v := range values {
		p.put(`<td data-label="%v"%v>%v</td>`, columns[i].title, class(columns[i].numeric, "n"), v)
	}
}

// severity is a word with a colour; the word alone is enough.
func severity(s fmt.Stringer) markup {
	return markup(`<span class="badge ` + s.String() + `">` + s.String() + "</span>")
}

// name is a name that somebody else has chosen.
func name(s string) markup { return "<bdi>" + escape(safetext.Cut(s, longestName)) + "</bdi>" }

// code is a word for a computer.
func code(s string) markup { return "<code>" + escape(s) + "</code>" }

// filter is text that the script makes a link to the clients that it is about: those whose
// columns have these values.
func (p *page) filter(column, value, text string, more ...string) markup {
	q := url.Values{column: {value}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return p.html(`<span data-filter="%v">%v</span>`, q.Encode(), text)
}
