//go:build page && linux

package auditreport

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rdnsproxy/audit"
)

// views are how people look at the page.
var views = []view{{width: 1280}, {width: 1280, dark: true}, {width: 768}, {width: 390}, {width: 390, dark: true}}

// TestLook: nothing is wider than the screen, and all text stands out from what is behind
// it (WCAG 2.2, 1.4.3). The pictures are in .build/page, to be looked at.
func TestLook(t *testing.T) {
	b := startBrowser(t)
	reports := map[string]*audit.Report{"long": hostile(strings.Repeat("longname", 1000)), "nothing": {}}
	for _, site := range sites {
		reports[site] = recorded(t, site)
	}
	for name, r := range reports {
		f := file(t, r)
		for _, v := range views {
			picture := name + "-" + strconv.Itoa(v.width)
			if v.dark {
				picture += "-dark"
			}
			t.Run(picture, func(t *testing.T) {
				tab := b.tab(t, f, "", v)
				defer tab.close()
				tab.eval(`for (const d of [...document.querySelectorAll('#client-table details')].slice(0, 2)) d.open = true`)
				tab.picture("../../.build/page/"+picture+".png", v.width)
				if w, err := strconv.Atoi(tab.eval(`document.documentElement.scrollWidth`)); err != nil || w > v.width {
					t.Errorf("%d pixels wide", w)
				}
				if faint := tab.eval(faintText); faint != "" {
					t.Errorf("too faint:\n%s", faint)
				}
				tab.quiet()
			})
		}
	}
}

// faintText lists text whose contrast is below 4.5.
const faintText = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor);
      if (c[3] === 255) return c;
    }
    return [255, 255, 255, 255];
  };
  const faint = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('[hidden], :disabled, script')) continue;
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [luminance(rgba(getComputedStyle(e).color)), luminance(behind(e))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faint.add([e.tagName, e.className, contrast.toFixed(2), e.textContent.slice(0, 30)].join(' '));
  }
  return [...faint].join('\n');
})()`

// TestCharts: the charts show the same range of time, by the address, by dragging and by the
// buttons, and take their colours from the scheme.
func TestCharts(t *testing.T) {
	b := startBrowser(t)
	f := file(t, recorded(t, "hurt"))
	tab := b.tab(t, f, "", view{})
	ranges := func() string {
		return tab.eval(`[...new Set(charts.map(c => c.scales.x.min + ' ' + c.scales.x.max))].join()`)
	}
	if n := tab.eval(`charts.length`); n != "3" {
		t.Fatalf("%s charts", n)
	}
	all := ranges()
	if strings.Contains(all, ",") {
		t.Errorf("the charts differ: %s", all)
	}
	sums := tab.eval(`['mapping', 'failed', 'logins'].map(k => bars.sums[k].reduce((a, b) => a + b)).join()`)
	want := tab.eval(`['mapping', 'failed', 'logins'].map(k => report.timeline[k].reduce((a, b) => a + b)).join()`)
	if sums != want {
		t.Errorf("the bars have %s, the report %s", sums, want)
	}

	// A drag over the second chart.
	var x, y float64
	fmt.Sscan(tab.eval(`(() => {
		charts[1].over.scrollIntoView({ block: 'center' });
		const r = charts[1].over.getBoundingClientRect();
		return r.left + r.width / 4 + ' ' + (r.top + 20);
	})()`), &x, &y)
	mouse := func(kind string, x float64) {
		tab.call("Input.dispatchMouseEvent",
			params{"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1})
	}
	mouse("mouseMoved", x)
	if said := tab.eval(`$('at').textContent`); !strings.Contains(said, "failed logins, ") {
		t.Errorf("the cursor says %q", said)
	}
	mouse("mousePressed", x)
	mouse("mouseMoved", x+100)
	mouse("mouseMoved", x+200)
	mouse("mouseReleased", x+200)
	tab.settle()
	if !strings.HasPrefix(tab.eval(`location.hash`), "#from=") || ranges() == all || strings.Contains(ranges(), ",") {
		t.Errorf("after dragging: %s, %s", tab.eval(`location.hash`), ranges())
	}
	for _, step := range []string{"right", "in", "left", "out"} {
		before := ranges()
		tab.eval(`document.querySelector('[data-zoom=` + step + `]').click()`)
		tab.settle()
		if ranges() == before || strings.Contains(ranges(), ",") {
			t.Errorf("%s: %s", step, ranges())
		}
	}
	tab.eval(`document.querySelector('[data-zoom=all]').click()`)
	tab.settle()
	if ranges() != all || tab.eval(`document.querySelector('[data-zoom=all]').disabled`) != "true" {
		t.Errorf("show all: %s", ranges())
	}

	colour := func() string { return tab.eval(`charts[0].series[1].fill()`) }
	light := colour()
	tab.call("Emulation.setEmulatedMedia", params{"features": []params{{"name": "prefers-color-scheme", "value": "dark"}}})
	tab.settle()
	if colour() == light {
		t.Error("the charts' colours do not follow the scheme")
	}
	for i, label := range []string{"Connections with a wrong reverse name: ", "Failed logins: ", "Logins: "} {
		got := tab.eval(fmt.Sprintf(`document.querySelectorAll('[role=img]')[%d].ariaLabel`, i))
		if !strings.HasPrefix(got, label) {
			t.Errorf("the text of chart %d is %q", i, got)
		}
	}
	tab.quiet()
}

// TestUnknownZone: a time zone that the browser does not know does not stop the page.
func TestUnknownZone(t *testing.T) {
	f := file(t, recorded(t, "healthy"))
	page, err := os.ReadFile(f)
	if err != nil {
		t.Fatal(err)
	}
	page = bytes.ReplaceAll(page, []byte(`"zone":"`), []byte(`"zone":"posix/`))
	if err := os.WriteFile(f, page, 0o600); err != nil {
		t.Fatal(err)
	}
	tab := startBrowser(t).tab(t, f, "", view{})
	if got := tab.eval(`page.zone + charts.length + ('ready' in document.documentElement.dataset)`); got != "UTC3true" {
		t.Error(got)
	}
	tab.quiet()
}

// TestKeyboard: what can be clicked can be reached and pressed with keys, and shows that it
// has the focus.
func TestKeyboard(t *testing.T) {
	tab := startBrowser(t).tab(t, file(t, recorded(t, "healthy")), "", view{})
	const focused = `(() => {
		const e = document.activeElement;
		const which = e.id || e.parentElement.dataset.key || e.dataset.zoom || e.textContent.slice(0, 20);
		return [e.tagName, which, getComputedStyle(e).outlineStyle].join(' ');
	})()`
	seen := map[string]bool{}
	for range 60 {
		tab.press("Tab")
		at := tab.eval(focused)
		if strings.HasSuffix(at, " none") && !strings.HasPrefix(at, "BODY") {
			t.Errorf("the focus does not show: %s", at)
		}
		seen[at] = true
		switch at {
		case "BUTTON failed auto", "BUTTON failed solid":
			tab.press("Enter")
			tab.settle()
			got := tab.eval(`[document.querySelector('[aria-sort]'), document.activeElement.parentElement]
				.map(th => th.dataset.key).join()`)
			if got != "failed,failed" {
				t.Errorf("after Enter: %s", got)
			}
		case "SUMMARY days solid", "SUMMARY days auto":
			tab.press("Enter")
		}
	}
	for _, want := range []string{"A What to do solid", "BUTTON in solid", "INPUT q solid", "BUTTON failed solid"} {
		if !seen[want] {
			t.Errorf("%s was not reached: %v", want, seen)
		}
	}
	tab.eval(`document.querySelector('#client-table summary').focus()`)
	tab.press("Enter")
	if got := tab.eval(`getComputedStyle(document.querySelector('tr.more')).display`); got != "table-row" {
		t.Errorf("the details of a client are %s", got)
	}
}

// TestPrint: what is printed has all rows, no tools, and dark text on white.
func TestPrint(t *testing.T) {
	b := startBrowser(t)
	tab := b.tab(t, file(t, besieged(t, 900)), "", view{dark: true})
	tab.eval(`addEventListener('beforeprint', () => {
		const folded = document.querySelectorAll('details:not([open], #days, #client-table details)').length;
		window.printed = [table.tBodies[0].rows.length / 2, charts[0].axes[1].stroke(), folded].join(' ');
	})`)
	paper := "../../.build/page/print.pdf"
	tab.pdf(paper)
	light := b.tab(t, file(t, recorded(t, "healthy")), "", view{}).eval(`charts[0].axes[1].stroke()`)
	want := fmt.Sprint(len(pageRows(besieged(t, 900).Clients)), " ", light, " 0")
	if got := tab.eval(`window.printed`); got != want {
		t.Errorf("printed %s, want %s", got, want)
	}
	got := tab.eval(`[table.tBodies[0].rows.length / 2, 'print' in document.documentElement.dataset,
		document.querySelector('#findings details').open].join(' ')`)
	if got != "50 false false" {
		t.Errorf("afterwards: %s", got)
	}
	pdf, err := os.ReadFile(filepath.FromSlash(paper))
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("no PDF: %v", err)
	}
	tab.call("Emulation.setEmulatedMedia", params{"media": "print"})
	tab.call("Emulation.setDeviceMetricsOverride",
		params{"width": 720, "height": 1000, "deviceScaleFactor": 1, "mobile": false})
	tab.picture("../../.build/page/print.png", 720)
	tools := tab.eval(`[...document.querySelectorAll('.tools, .zoom')].map(e => getComputedStyle(e).display).join()`)
	if tools != "none,none" {
		t.Errorf("tools are printed: %s", tools)
	}
}
