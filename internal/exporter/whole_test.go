package exporter

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rdnsproxy/limits"
)

// unread is the answer of a client that does not read it until gate is closed.
type unread struct {
	*httptest.ResponseRecorder
	begun, gate chan struct{}
}

func (u unread) Write(b []byte) (int, error) {
	u.begun <- struct{}{}
	<-u.gate
	return u.ResponseRecorder.Write(b)
}

// TestUnread: what an answer is made of is gone while its client reads it, so clients that do
// not read keep nobody from an answer, and cost the bytes of theirs.
func TestUnread(t *testing.T) {
	r := start(t, lookups, Options{})
	for _, path := range []string{"/metrics", "/probe?target=good.example.com", "/probe?target=good.example.com&debug=true"} {
		const clients = limits.Answering
		u := unread{nil, make(chan struct{}, clients), make(chan struct{})}
		done := make(chan struct{})
		for range clients {
			go func() {
				w := unread{httptest.NewRecorder(), u.begun, u.gate}
				r.server.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
				done <- struct{}{}
			}()
		}
		for range clients {
			<-u.begun
		}
		if n := len(r.server.answering); n != 0 {
			t.Errorf("%s: %d answers are being made", path, n)
		}
		r.probe("good.example.com", "")
		want := http.StatusOK
		if strings.HasSuffix(path, "&debug=true") { // these are as many as there may be
			want = http.StatusServiceUnavailable
		}
		if status, _ := r.get("/probe?target=good.example.com&debug=true"); status != want {
			t.Errorf("%s: then debug=true has the status %d", path, status)
		}
		close(u.gate)
		for range clients {
			<-done
		}
	}
	r.metrics().want(t, map[string]float64{`rdnsproxy_exporter_probes_refused_total{reason="busy"}`: 1})
}

// TestAnswering: so many answers are made at once, and others wait.
func TestAnswering(t *testing.T) {
	r := start(t, lookups, Options{})
	for range limits.Answering {
		r.server.answering <- struct{}{}
	}
	status := make(chan int)
	go func() {
		s, _ := r.get("/probe?target=good.example.com")
		status <- s
	}()
	eventually(t, "it is checked", func() bool { _, _, kept, _ := r.server.pool.state(); return kept == 1 })
	select {
	case s := <-status:
		t.Errorf("%d before there was room", s)
	default:
	}
	for range limits.Answering {
		<-r.server.answering
	}
	if s := <-status; s != http.StatusOK {
		t.Error(s)
	}
}
