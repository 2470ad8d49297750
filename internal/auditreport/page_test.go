//go:build page && linux

package auditreport

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rdnsproxy/audit"

	"golang.org/x/net/html"
	"golang.org/x/sys/unix"
)

// inside says that this process is in its own network namespace.
const inside = "RDNSPROXY_PAGE_INSIDE"

// TestMain runs the tests in a network that has nothing but loopback: a browser that wants
// to call home cannot.
func TestMain(m *testing.M) {
	if os.Getenv(inside) != "" {
		if err := loopback(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	self := exec.Command("/proc/self/exe", os.Args[1:]...)
	self.Env = append(os.Environ(), inside+"=1")
	self.Stdout, self.Stderr = os.Stdout, os.Stderr
	self.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}
	if os.Getuid() != 0 {
		self.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		self.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		self.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	err := self.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		os.Exit(max(exit.ExitCode(), 1))
	} else if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// loopback switches lo on.
func loopback() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, lo)
}

// file writes the page of a report, and returns its name.
func file(t *testing.T, r *audit.Report) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(name, []byte(write(t, "html", r, Options{})), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// besieged is the attacked site with so many clients, some of them of the same /64.
func besieged(t *testing.T, n int) *audit.Report {
	r := recorded(t, "attacked")
	few := r.Clients
	for i := 0; len(r.Clients) < n; i++ {
		c := few[i%len(few)]
		c.Address = netip.AddrFrom4([4]byte{100, 64 + byte(i>>16), byte(i >> 8), byte(i)})
		if i%10 == 0 {
			c.Address = netip.MustParseAddr("2001:db8:a:" + strconv.FormatInt(int64(i/30), 16) + "::" + strconv.Itoa(i%30+1))
			c.Family = "ipv6"
		}
		c.Now, c.Change = nil, audit.Skipped
		c.Failed = int64(i*7919%100_003 + 1)
		if i%97 == 0 {
			c.Users.Names = append(slices.Clone(c.Users.Names), audit.Name{Name: "needle", Count: 1})
		}
		r.Clients = append(r.Clients, c)
	}
	return r
}

// rowsOf returns the text of each row of the table of clients, its details included.
func rowsOf(t *testing.T, document string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	walk(doc, func(n *html.Node) {
		if attribute(n, "id") != "client-table" {
			return
		}
		walk(n, func(n *html.Node) {
			if n.Data != "tr" || n.Parent.Data != "tbody" {
				return
			}
			var row strings.Builder
			walk(n, func(n *html.Node) {
				if n.Type == html.TextNode {
					row.WriteString(n.Data + "|")
				} else if n.Data == "td" || n.Data == "span" {
					row.WriteString("<" + attribute(n, "class") + " " + attribute(n, "data-label") + ">")
				}
			})
			rows = append(rows, row.String())
		})
	})
	return rows
}

// TestScriptWritesTheSameRows: the rows that the script makes are those of the page's HTML.
func TestScriptWritesTheSameRows(t *testing.T) {
	b := startBrowser(t)
	reports := map[string]*audit.Report{"besieged": besieged(t, 900), "hostile": hostile("<b>x</b>")}
	for _, site := range sites {
		reports[site] = recorded(t, site)
	}
	for name, r := range reports {
		t.Run(name, func(t *testing.T) {
			f := file(t, r)
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			want := rowsOf(t, string(text))
			for page := 0; page*100 < len(want); page++ {
				tab := b.tab(t, f, fmt.Sprintf("#page=%d", page+1), view{})
				got := rowsOf(t, tab.html())
				part := want[page*100 : min(len(want), page*100+100)]
				for i := range max(len(got), len(part)) {
					if i >= len(got) || i >= len(part) || got[i] != part[i] {
						t.Fatalf("page %d, row %d: the script writes\n%s\nand the page's HTML has\n%s",
							page+1, i, got[i:min(i+1, len(got))], part[i:min(i+1, len(part))])
					}
				}
				tab.quiet()
				tab.close()
			}
		})
	}
}

// TestOrderAndSearch: the address of the page says what is shown.
func TestOrderAndSearch(t *testing.T) {
	r := besieged(t, 10_000)
	want := []int64{}
	for _, row := range pageRows(r.Clients) {
		for _, n := range row.Users.Names {
			if n.Name == "needle" {
				want = append(want, row.Failed)
			}
		}
	}
	slices.SortFunc(want, func(a, b int64) int { return int(b - a) })
	tab := startBrowser(t).tab(t, file(t, r), "#sort=-failed&q=NEEDLE", view{})
	const failures = `[...document.querySelectorAll('#client-table [data-label="Failed logins"]')]
		.map(e => e.textContent.replaceAll(',', '')).join()`
	shown := func(n []int64) string { return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(n)), ","), "[]") }
	check := func(what, expression, want string) {
		t.Helper()
		if got := tab.eval(expression); got != want {
			t.Errorf("%s: %s\nwant %s", what, got, want)
		}
	}
	check("the page is ready", `'ready' in document.documentElement.dataset`, "true")
	check("the largest first", failures, shown(want[:50]))
	check("the count", `$('shown').textContent`, fmt.Sprintf("1 to 50 of %d found", len(want)))
	check("the order is told", `document.querySelector('[aria-sort=descending]').dataset.key`, "failed")
	check("the search is told", `$('q').value`, "NEEDLE")

	tab.eval(`$('after').click()`)
	tab.settle()
	check("the second page", failures, shown(want[50:100]))
	check("its address", `location.hash`, "#sort=-failed&q=NEEDLE&page=2")
	tab.eval(`document.querySelector('[data-key=failed] button').click()`)
	tab.settle()
	slices.Reverse(want)
	check("the smallest first", failures, shown(want[:50]))
	check("a new order begins at its first page", `location.hash`, "#sort=failed&q=NEEDLE")

	tab.eval(`location.hash = '#sort=address&q=2001:db8:a:'`)
	tab.settle()
	check("a /64 is one row", `document.querySelector('#client-table tbody code').textContent`, "2001:db8:a::/64")
	check("with all its addresses", `document.querySelector('tr.more dt').textContent`, "3 addresses")
	tab.eval(`location.hash = '#clients'`)
	tab.settle()
	check("a link to a section leaves the view", `$('q').value`, "2001:db8:a:")
	check("all are there", `rows.length`, fmt.Sprint(len(pageRows(r.Clients))))
	still := 0
	for _, c := range r.Clients {
		if c.Then.Kind == "failed" && c.Change == audit.Still {
			still++
		}
	}
	tab.eval(`document.querySelector('#matrix .still a').click()`)
	tab.settle()
	check("the number links to its clients", `location.hash`, "#now=still&then=failed")
	check("which are these", `$('shown').textContent`, fmt.Sprintf("%d found", still))
	tab.eval(`$('reset').click()`)
	tab.settle()
	check("all again", `$('shown').textContent`, fmt.Sprintf("1 to 50 of %s", number(int64(len(pageRows(r.Clients))))))
	tab.eval(`location.hash = '#q=nobody-has-this'`)
	tab.settle()
	check("nothing found", `$('shown').textContent`, "0 found")
	t.Logf("10,000 clients: ready after %s ms",
		tab.eval(`Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)`))
	for _, hash := range []string{"#sort=-__proto__&page=-3&from=x&to=1e99", "#sort=constructor&did=__proto__", "#=", "#%", "#q=%00%"} {
		tab.eval(fmt.Sprintf(`location.hash = %q`, hash))
		tab.settle()
	}
	tab.quiet()
}

// TestWithoutScript: all but the charts is there.
func TestWithoutScript(t *testing.T) {
	b := startBrowser(t)
	tab := b.tab(t, file(t, besieged(t, 900)), "", view{noScript: true})
	document := tab.html()
	if n := len(rowsOf(t, document)); n != 2*inPage {
		t.Errorf("%d rows", n)
	}
	for _, want := range []string{`<details id="days" open="">`, `class="tools" hidden=""`, `id="charts" hidden=""`,
		"What it means", "What to do", "<meter", "needs JavaScript"} {
		if !strings.Contains(document, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(document, "data-ready") || strings.Contains(document, "<canvas") {
		t.Error("a script has run")
	}
	tab.quiet()
}

// TestAsksForNothing: names that would load something do not, even as the address of the
// page's own machine.
func TestAsksForNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard := make(chan string, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			heard <- c.RemoteAddr().String()
			c.Close()
		}
	}()
	b := startBrowser(t)
	image := "<img src=http://" + l.Addr().String() + "/>"

	r := hostile(image)
	for _, v := range []view{{}, {noScript: true}, {width: 390, dark: true}} {
		tab := b.tab(t, file(t, r), "#sort=-failed", v)
		if !v.noScript {
			tab.settle()
		}
		tab.quiet()
		tab.close()
	}
	select {
	case from := <-heard:
		t.Errorf("%s asked", from)
	case <-time.After(time.Second):
	}

	// The listener hears what a page without a policy asks for; and with the policy the
	// browser says what it refuses.
	open := filepath.Join(t.TempDir(), "open.html")
	if err := os.WriteFile(open, []byte(image), 0o600); err != nil {
		t.Fatal(err)
	}
	b.tab(t, open, "", view{}).close()
	select {
	case <-heard:
	case <-time.After(10 * time.Second):
		t.Error("the listener is deaf")
	}
	tab := b.tab(t, file(t, r), "", view{})
	for _, try := range []string{image, `<p style="color:red">`, `<p onclick="x()">`, `<style>p{color:red}</style>`} {
		before := len(tab.seen("Log.entryAdded", "Runtime.consoleAPICalled"))
		tab.eval(fmt.Sprintf(`document.body.insertAdjacentHTML('beforeend', %q)`, try))
		tab.settle()
		if len(tab.seen("Log.entryAdded", "Runtime.consoleAPICalled")) == before {
			t.Errorf("the policy allows %s", try)
		}
	}
	if len(heard) > 0 {
		t.Error("the policy let a request pass")
	}
}
