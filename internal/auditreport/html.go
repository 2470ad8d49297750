package auditreport

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"sync"

	"rdnsproxy/audit"
)

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

//go:embed charts.js
var chartsJS string

//go:embed uplot/uPlot.iife.min.js
var uplotJS string

//go:embed uplot/uPlot.min.css
var uplotCSS string

//go:embed uplot/LICENSE
var uplotLicense string

// writeHTML writes a report as one HTML file that loads nothing: no script, style, image or font
// from elsewhere. A browser that reads it makes no request.
//
// Without JavaScript everything is there but the charts, whose numbers are also in a table.
func writeHTML(w io.Writer, r *audit.Report, o Options) error {
	p := &page{r: r, o: o, zone: pageZone(r), rows: pageRows(r.Clients)}
	for _, section := range []func(){p.findings, p.toDo, p.connected, p.when, p.thenNow, p.zones, p.clients, p.connections,
		p.forgeries, p.read, p.hosts} {
		section()
	}
	sections := markup(p.take())
	p.head()
	p.put("<body>\n<main>\n")
	p.top()
	p.tiles()
	p.contents()
	p.put("%v</main>\n", sections)
	p.foot()
	if _, err := io.WriteString(w, p.take()); err != nil {
		return err
	}
	if err := data(w, "report", r); err != nil {
		return err
	}
	if err := data(w, "page", p.script()); err != nil {
		return err
	}
	p.scripts()
	p.put("</body>\n</html>\n")
	_, err := io.WriteString(w, p.take())
	return err
}

// inline is what stands inline in every page, and the policy that allows nothing else.
type inline struct{ style, script, charts, policy string }

// assets hashes the scripts and the style at the first page, not before main.
var assets = sync.OnceValue(func() inline {
	in := inline{
		style:  uplotCSS + "\n" + pageCSS,
		charts: "/*!\n" + uplotLicense + "\n*/\n" + uplotJS + chartsJS, // the licence asks to be with each copy
		script: pageJS,
	}
	in.policy = "default-src 'none'; script-src " + hashSource(in.script) + " " + hashSource(in.charts) +
		"; style-src " + hashSource(in.style) + "; base-uri 'none'; form-action 'none'"
	return in
})

// hashSource returns the hash-source of an inline script or style (CSP Level 3, section
// 2.3.1).
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (p *page) head() {
	p.put(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%v">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="%v">
<title>%v</title>
<style>%v</style>
</head>
`, assets().policy, strings.TrimSpace("rdnsproxy "+p.r.Version), p.title(), markup(assets().style))
}

// title names the hosts, for a tab among others.
func (p *page) title() string {
	var names []string
	for _, h := range p.r.Hosts {
		if names = append(names, h.Name); len(names) == 3 {
			break
		}
	}
	if len(names) == 0 {
		return "sshd log audit"
	}
	return "sshd log audit: " + strings.Join(names, ", ") + andMore(len(p.r.Hosts)-len(names))
}

// scripts are the scripts: without a timeline none for the charts.
func (p *page) scripts() {
	p.put("<script>%v</script>\n", markup(assets().script))
	if len(p.r.Timeline.Start) > 0 {
		p.put("<script>%v</script>\n", markup(assets().charts))
	}
}

// data writes a block of data, which a browser does not run. json.Marshal writes <, > and &
// as \uXXXX, so nothing in it ends the element, and U+2028 and U+2029, too.
func data(w io.Writer, id string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	for _, part := range [][]byte{[]byte(`<script type="application/json" id="` + id + `">`), b, []byte("</script>\n")} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
