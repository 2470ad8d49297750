package auditreport

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"rdnsproxy/audit"
	"rdnsproxy/check"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// parsed returns the page of a report as a browser understands it.
func parsed(t *testing.T, r *audit.Report) *html.Node {
	t.Helper()
	return parsedPage(t, write(t, "html", r, Options{}))
}

func parsedPage(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// walk calls f for each node of a document.
func walk(n *html.Node, f func(*html.Node)) {
	f(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, f)
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func content(n *html.Node) string {
	var b strings.Builder
	walk(n, func(c *html.Node) {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	})
	return b.String()
}

// TestPageLoadsNothing: no element and no attribute makes a browser ask for anything, and
// the policy, which would stop it, allows exactly the scripts and the style that are there.
func TestPageLoadsNothing(t *testing.T) {
	elements := strings.Fields("html head meta title style body main header section footer h1 h2 h3 p ul li div span " +
		"strong small table caption thead tbody tr th td details summary code pre bdi time dl dt dd figure figcaption " +
		"button label input meter script nav a")
	attributes := strings.Fields("lang charset http-equiv content name class id aria-label aria-labelledby aria-live role " +
		"scope data-key data-label data-filter data-series data-what data-zoom type hidden open for autocomplete " +
		"spellcheck placeholder colspan datetime min max value href")
	for _, site := range append(sites, "hostile") {
		t.Run(site, func(t *testing.T) {
			r := hostile(`<img src=http://192.0.2.1/>`)
			if site != "hostile" {
				r = recorded(t, site)
			}
			policy, hashes := "", map[string]string{}
			walk(parsed(t, r), func(n *html.Node) {
				if n.Type != html.ElementNode {
					return
				}
				if !slices.Contains(elements, n.Data) {
					t.Errorf("an element %s: %v", n.Data, n.Attr)
				}
				for _, a := range n.Attr {
					if !slices.Contains(attributes, a.Key) || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
						t.Errorf("%s %s=%q", n.Data, a.Key, a.Val)
					}
				}
				switch {
				case attribute(n, "http-equiv") != "":
					policy += attribute(n, "content")
				case n.Data == "style":
					if strings.Contains(content(n), "url(") || strings.Contains(content(n), "@import") {
						t.Error("the style loads something")
					}
					hashes["style-src"] += " " + hashSource(content(n))
				case n.Data == "script" && attribute(n, "type") == "":
					hashes["script-src"] += " " + hashSource(content(n))
				}
			})
			want := "default-src 'none'; script-src" + hashes["script-src"] + "; style-src" + hashes["style-src"] +
				"; base-uri 'none'; form-action 'none'"
			if policy != want {
				t.Errorf("the policy is\n%s\nand not\n%s", policy, want)
			}
		})
	}
}

// TestPageIsWellFormed: each element is closed where it has to be, so that no browser has to
// guess.
func TestPageIsWellFormed(t *testing.T) {
	for _, r := range []*audit.Report{recorded(t, "healthy"), recorded(t, "attacked"), hostile("x"), {}} {
		page := write(t, "html", r, Options{})
		var open []string
		elements := 0
		for z := html.NewTokenizer(strings.NewReader(page)); ; {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			tag, _ := z.TagName()
			name := string(tag)
			switch void := name == "meta" || name == "input"; {
			case kind == html.StartTagToken:
				elements++
				if !void {
					open = append(open, name)
				}
			case kind == html.EndTagToken && (len(open) == 0 || open[len(open)-1] != name):
				t.Fatalf("</%s> in %v", name, open)
			case kind == html.EndTagToken:
				open = open[:len(open)-1]
			}
		}
		// An empty document has html, head and body.
		understood := strings.Count(skeletonOf(t, page), "\n") - strings.Count(skeletonOf(t, ""), "\n") + 3
		if len(open) > 0 || elements != understood {
			t.Errorf("%v are open; %d elements, %d in a browser", open, elements, understood)
		}
	}
}

// TestPageIsSmall: what every page has besides its report stays small enough for a mail.
func TestPageIsSmall(t *testing.T) {
	a := assets()
	if n := len(a.style) + len(a.script) + len(a.charts); n > 90_000 {
		t.Errorf("scripts and style have %d bytes", n)
	}
}

// TestPageZone: times are in the log's zone, if a browser knows it.
func TestPageZone(t *testing.T) {
	for name, want := range map[string]string{"Europe/Berlin": "Europe/Berlin", "Etc/UTC": "Etc/UTC", "": "UTC", "UTC": "UTC",
		"Local": "UTC", "localtime": "UTC", "posix/Europe/Berlin": "UTC", "right/UTC": "UTC", "../passwd": "UTC"} {
		if got := pageZone(&audit.Report{Time: audit.Span{Zone: name}}).String(); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestRowsOfIPv6: the clients of a /64 are one row, with their sums, where the first of them
// stands; those of other families, and those with labels, are not.
func TestRowsOfIPv6(t *testing.T) {
	one, early, late := int64(1), time.Unix(1e9, 0), time.Unix(2e9, 0)
	client := func(address string, logins int64) audit.Client {
		users := audit.Names{Names: []audit.Name{{Name: "root", Count: 2}, {Name: address, Count: 1}}, About: 2}
		return audit.Client{Address: netip.MustParseAddr(address), Connections: &one, Logins: logins, Failed: 10,
			First: &late, Last: &early, Users: users, Hosts: []string{"b", "a"}}
	}
	clients := []audit.Client{client("192.0.2.1", 1), client("2001:db8:0:1::1", 2), client("192.0.2.2", 4),
		client("2001:db8:0:1:ffff::2", 8), client("2001:db8:0:2::1", 16), client("::ffff:192.0.2.3", 32),
		client("fe80::1%eth0", 64)}
	clients[3].First, clients[3].Last = &early, &late
	labelled := client("2001:db8:0:1::3", 128)
	labelled.Label = "client 7"
	rows := pageRows(append(clients, labelled))
	want := []struct {
		label  string
		logins int64
		of     int
	}{{"192.0.2.1", 1, 1}, {"2001:db8:0:1::/64", 10, 2}, {"192.0.2.2", 4, 1}, {"2001:db8:0:2::1", 16, 1},
		{"::ffff:192.0.2.3", 32, 1}, {"fe80::1%eth0", 64, 1}, {"client 7", 128, 1}}
	for i, row := range rows {
		if i >= len(want) || row.label != want[i].label || row.Logins != want[i].logins || len(row.of) != want[i].of {
			t.Errorf("row %d is %s with %d logins of %d clients", i, row.label, row.Logins, len(row.of))
		}
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows", len(rows))
	}
	net := rows[1]
	if *net.Connections != 2 || net.Failed != 20 || net.First != &early || net.Last != &late || len(net.Hosts) != 2 {
		t.Errorf("the sums of the /64 are %+v", net.Client)
	}
	if d := cmp.Diff(net.Users, audit.Names{About: 3, Names: []audit.Name{{Name: "root", Count: 4},
		{Name: "2001:db8:0:1::1", Count: 1}, {Name: "2001:db8:0:1:ffff::2", Count: 1}}}); d != "" {
		t.Error(d)
	}
	if *clients[1].Connections != 1 || clients[1].Users.Names[0].Count != 2 || clients[1].Hosts[0] != "b" {
		t.Error("the client itself was changed")
	}
}

// skeleton is all of a document but its text and the values of its attributes.
func skeleton(doc *html.Node) string {
	var b strings.Builder
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode && n.Type != html.CommentNode {
			return
		}
		b.WriteString(n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + a.Key)
		}
		b.WriteByte('\n')
	})
	return b.String()
}

func skeletonOf(t *testing.T, page string) string {
	t.Helper()
	return skeleton(parsedPage(t, page))
}

// FuzzPage: whatever stands in the texts of a report, it stays where it is shown: the page
// has the same elements and attributes as with harmless texts. Nothing that is shown can
// change the direction of text or control a terminal, and the report can be read back.
func FuzzPage(f *testing.F) {
	for _, s := range []string{"<img src=http://192.0.2.1/>", `"><script>alert(1)</script>`,
		"</script><script>alert(1)</script>", "</script x", "</script/x", "<!--<script x", "</title>", "</style>",
		"<!--", "-->", "]]>", "</textarea></pre></table>", "' onclick='alert(1)", "javascript:alert(1)", "&lt;", "%s%n%!",
		"\u2028\u2029", "\u202egnp.exe", "\x00\x1b]0;x\a", "\xff\xfe", "\n\r\t ", strings.Repeat("long.", 2000), "UTC"} {
		f.Add(s)
	}
	want := ""
	f.Fuzz(func(t *testing.T, s string) {
		if s == "" {
			return
		}
		if want == "" {
			want = skeleton(short(t, hostile("x")))
		}
		doc := short(t, hostile(s))
		if got := skeleton(doc); got != want {
			t.Fatalf("%.100q changes the page:\n%.4000s", s, cmp.Diff(want, got))
		}
		walk(doc, func(n *html.Node) {
			if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
				for _, c := range n.Data {
					if !unicode.IsPrint(c) && c != '\n' {
						t.Fatalf("%.100q shows %U", s, c)
					}
				}
			}
			if attribute(n, "id") == "report" {
				var back audit.Report
				if err := json.Unmarshal([]byte(content(n)), &back); err != nil {
					t.Fatal(err)
				}
				if utf8.ValidString(s) && back.Headline != s {
					t.Fatalf("the headline %q comes back as %q", s, back.Headline)
				}
			}
		})
	})
}

// short is the page without uPlot, which is most of it, always the same, and slow to parse.
func short(t *testing.T, r *audit.Report) *html.Node {
	t.Helper()
	return parsedPage(t, strings.Replace(write(t, "html", r, Options{}), uplotJS, "", 1))
}

// hostile returns a report that has something of everything, with the same text s for all
// texts.
func hostile(s string) *audit.Report {
	r := &audit.Report{}
	fill(reflect.ValueOf(r).Elem(), s)
	r.Timeline = audit.Timeline{StepSeconds: 3600, Start: []int64{0, 3600}, Mapping: []int64{1, 2}, Dropped: []int64{1}}
	r.Totals.ByReading = map[audit.Reading]audit.Row{audit.People: {Addresses: 1}}
	return r
}

// fill sets all strings to s, all numbers to 1, and gives all lists one element, and those
// of clients three: two of them are one row.
func fill(v reflect.Value, s string) {
	when := time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = when
		return
	case *netip.Addr:
		*x = netip.MustParseAddr("2001:db8::1")
		return
	case *check.Severity:
		*x = check.Warning
		return
	case *[]audit.Client:
		*x = make([]audit.Client, 3)
		for i := range *x {
			fill(reflect.ValueOf(&(*x)[i]).Elem(), s)
		}
		(*x)[0].Label, (*x)[1].Label = "", ""
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), s)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), s)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), s)
			}
		}
	}
}
