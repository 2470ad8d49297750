package exporter

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// TestStall: a client that does not send the rest of its request, or does not read its
// answers, loses its connection.
func TestStall(t *testing.T) {
	const get = "GET /metrics HTTP/1.1\r\nHost: x\r\n"
	for name, sent := range map[string]string{
		"body":  get + "Content-Length: 100000\r\n\r\na",
		"chunk": strings.Replace(get, "GET /metrics", "POST /-/reload", 1) + "Transfer-Encoding: chunked\r\n\r\n1\r\n",
		"read":  strings.Repeat(get+"\r\n", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, lookups, Options{})
			r.server.stall = 50 * time.Millisecond
			c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			go io.WriteString(c, sent)
			eventually(t, "it is connected", func() bool { return r.server.connections.Load() > 0 })
			eventually(t, "it is closed", func() bool { return r.server.connections.Load() == 0 })
			r.probe("good.example.com", "")
		})
	}
}

// TestBody: a short body is nobody's mistake, a long one is refused, and neither ends a
// probe that takes longer than a client may stall.
func TestBody(t *testing.T) {
	r := start(t, lookups, Options{})
	r.server.stall = 100 * time.Millisecond
	for body, want := range map[string]int{"{}": http.StatusOK, strings.Repeat("x", longestBody+1): http.StatusRequestEntityTooLarge} {
		resp, err := http.Post(r.url+"/-/reload", "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%d bytes: %s", len(body), resp.Status)
		}
	}
	r.dns.Fault("good.example.com", func(*lab.DNSExchange) { time.Sleep(3 * r.server.stall) })
	for _, body := range []io.Reader{nil, strings.NewReader("{}")} {
		req, err := http.NewRequest("GET", r.url+"/probe?target=good.example.com&debug=true", body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(text), "rdnsproxy_probe_cut_short 0") {
			t.Errorf("%v %s", err, text)
		}
	}
}
