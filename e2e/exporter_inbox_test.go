//go:build linux && exporter

package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
)

// inbox is where Alertmanager sends its messages: its receivers of examples/prometheus are
// paths of it.
type inbox struct {
	mu    sync.Mutex
	state map[string]string // "pager RdnsproxyHostKeyChanged git.example.com:2223" → firing, resolved
}

func newInbox(v *visit) *inbox {
	v.t.Helper()
	in := &inbox{state: map[string]string{}}
	listener, err := net.Listen("tcp", "127.0.0.1:9095")
	v.must(err)
	server := &http.Server{Handler: in}
	go server.Serve(listener)
	v.t.Cleanup(func() {
		server.Close()
		if v.t.Failed() {
			v.t.Logf("alerts that were sent: %v", in.state)
		}
	})
	return in
}

func (in *inbox) ServeHTTP(answer http.ResponseWriter, ask *http.Request) {
	var message struct {
		Alerts []struct {
			Status string
			Labels map[string]string
		}
	}
	if err := json.NewDecoder(ask.Body).Decode(&message); err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, a := range message.Alerts {
		about := a.Labels["instance"]
		if a.Labels["alertname"] == "RdnsproxyProbesRefused" {
			about = a.Labels["reason"]
		}
		in.state[fmt.Sprintf("%s %s %s", strings.TrimPrefix(ask.URL.Path, "/"), a.Labels["alertname"], about)] = a.Status
	}
}

// receives waits until a receiver has been told the state of an alert.
func (w *watch) receives(alert, state string) {
	w.t.Helper()
	w.eventually(fmt.Sprintf("%s is %s", alert, state), func() bool {
		w.inbox.mu.Lock()
		defer w.inbox.mu.Unlock()
		return w.inbox.state[alert] == state
	})
}

// mentions reports whether anybody was told of an alert, or of an alert about a host.
func (in *inbox) mentions(words ...string) (all []string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for alert := range in.state {
		for _, word := range words {
			if strings.Contains(alert, word) {
				all = append(all, alert)
			}
		}
	}
	return all
}
