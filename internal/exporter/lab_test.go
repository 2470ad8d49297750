package exporter

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// clock is a clock that tests turn.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// rig is an exporter behind real HTTP that asks a DNS server of the lab.
type rig struct {
	t      *testing.T
	dns    *lab.DNSServer
	server *Server
	url    string
	file   string
}

// startDNS starts a server with a healthy host, one whose PTR record names another, and
// names that lead to this machine.
func startDNS(t *testing.T) *lab.DNSServer {
	t.Helper()
	dns, err := lab.StartDNS(
		lab.Zone("example.com",
			"good 60 A 192.0.2.1", "bad 60 A 192.0.2.2", "other 60 A 192.0.2.3",
			"here 60 A 127.0.0.1", "here6 60 AAAA ::1", "mapped 60 AAAA ::ffff:127.0.0.1"),
		lab.Zone("2.0.192.in-addr.arpa", "1 60 PTR good.example.com.", "2 60 PTR other.example.com."),
		lab.Zone("127.in-addr.arpa", "1.0.0 60 PTR here.example.com."),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dns.Close() })
	return dns
}

// start starts an exporter. Each %s of the modules file is the DNS server's address.
func start(t *testing.T, modules string, o Options) *rig {
	t.Helper()
	r := &rig{t: t, dns: startDNS(t), file: filepath.Join(t.TempDir(), "modules.yml")}
	r.write(modules)
	o.ConfigFile = r.file
	server, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.server = server
	web := httptest.NewUnstartedServer(server)
	web.Config.ConnState = server.ConnState
	web.Start()
	r.url = web.URL
	t.Cleanup(func() {
		web.Close()
		server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return r
}

// write writes the modules file.
func (r *rig) write(modules string) {
	r.t.Helper()
	r.writeFile(r.file, strings.ReplaceAll(modules, "%s", r.dns.Addr().String()))
}

// writeFile replaces a file, as an editor does.
func (r *rig) writeFile(path, text string) {
	r.t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		r.t.Fatal(err)
	}
}

// lookups has the default module ask the lab's server.
const lookups = "modules:\n  dns_only: {resolver: \"%s\", hosts_file: none}\n"

// get fetches a path of the exporter.
func (r *rig) get(path string) (status int, body string) {
	r.t.Helper()
	return r.ask(context.Background(), "GET", path, nil)
}

func (r *rig) ask(ctx context.Context, method, path string, header http.Header) (status int, body string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			r.t.Error(err)
		}
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil && ctx.Err() == nil {
		r.t.Error(err)
	}
	return resp.StatusCode, string(text)
}

// probe probes a target, which has to be answered.
func (r *rig) probe(target, module string) series {
	r.t.Helper()
	status, body := r.get(probePath(target, module))
	if status != http.StatusOK {
		r.t.Fatalf("%s: %d %s", target, status, body)
	}
	return parse(body)
}

// metrics are the exporter's own.
func (r *rig) metrics() series {
	r.t.Helper()
	_, body := r.get("/metrics")
	return parse(body)
}

// series are samples by name and labels, as the text format writes them.
type series map[string]float64

var sample = regexp.MustCompile(`(?m)^([a-z_]+(?:\{.*\})?) (\S+)$`)

func parse(text string) series {
	s := series{}
	for _, m := range sample.FindAllStringSubmatch(text, -1) {
		s[m[1]], _ = strconv.ParseFloat(m[2], 64)
	}
	return s
}

// want compares samples.
func (s series) want(t *testing.T, want map[string]float64) {
	t.Helper()
	for name, value := range want {
		if got, ok := s[name]; !ok || got != value {
			t.Errorf("%s is %v (there: %v), want %v", name, got, ok, value)
		}
	}
}

// eventually waits for what another goroutine is about to do.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 2000 {
		if holds() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal(fmt.Sprint("not within 10 s: ", what))
}

func probePath(target, module string) string {
	path := "/probe?target=" + url.QueryEscape(target)
	if module != "" {
		path += "&module=" + url.QueryEscape(module)
	}
	return path
}
