package exporter

import (
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rdnsproxy/internal/penalty"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/limits"
)

// Options configure a Server. The zero value works.
type Options struct {
	ConfigFile    string        // the modules file; "": only DefaultModule
	TimeoutOffset time.Duration // how long before the scrape timeout a probe answers
	Concurrency   int           // checks at once; if 0, limits.Probes
	Queue         int           // checks that wait; if 0, limits.ProbeQueue; if negative, none
	Contacts      string        // the directory where connections without a login are counted across processes; "": none
	Log           *slog.Logger  // if nil, nothing is logged
	Version       string        // for the page at /

	Now func() time.Time // if nil, time.Now
}

// Server answers Prometheus. It has to be closed.
type Server struct {
	o     Options
	pool  *pool
	meter *meter
	mux   *http.ServeMux

	visits  *sshprobe.Visits // of all modules, whenever they were read: one connection at a time to a server
	reading sync.Mutex
	modules atomic.Pointer[map[string]*asker]
	inside  atomic.Int64 // requests for probes

	debugging atomic.Int64 // those of them with debug=true

	connections atomic.Int64
	requests    atomic.Int64
	answering   chan struct{} // has one for each answer that is being made
	stall       time.Duration // how long a client may take to send a body, and to read an answer
}

// New reads the modules file. The error is about that.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Concurrency <= 0 {
		o.Concurrency = limits.Probes
	}
	switch {
	case o.Queue == 0:
		o.Queue = limits.ProbeQueue
	case o.Queue < 0:
		o.Queue = 0
	}
	s := &Server{
		o: o, meter: newMeter(), stall: limits.Stall, answering: make(chan struct{}, limits.Answering),
		visits: &sshprobe.Visits{Forget: true, Contacts: &penalty.Ledger{Dir: o.Contacts, Now: o.Now}},
	}
	s.pool = newPool(o.Concurrency, o.Queue, o.Now, s.meter)
	s.meter.watch(s.pool)
	if err := s.Reload(); err != nil {
		return nil, err
	}
	return s, s.routes()
}

// Reload reads the modules file again. If it is refused, the modules in use stay.
func (s *Server) Reload() error {
	s.reading.Lock()
	defer s.reading.Unlock()
	c, err := NoConfig(), error(nil)
	if s.o.ConfigFile != "" {
		c, err = ReadConfig(s.o.ConfigFile)
	}
	s.meter.reloaded(err, s.o.Now())
	if err != nil {
		return err
	}
	askers := make(map[string]*asker, len(c.Modules))
	for name, m := range c.Modules {
		askers[name] = &asker{Module: m, visits: s.visits}
		s.meter.module(name)
	}
	if old := s.modules.Swap(&askers); old != nil {
		for name, a := range *old {
			a.retire()
			if askers[name] == nil {
				s.meter.drop(name)
			}
		}
	}
	s.pool.forget()
	s.o.Log.Info("read the modules", "file", s.o.ConfigFile, "names", slices.Sorted(maps.Keys(askers)))
	return nil
}

// ConnState is for http.Server. It closes what is more than limits.Scrapes connections:
// whoever opens connections without end must not take the descriptors that checks need.
func (s *Server) ConnState(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if s.connections.Add(1) > int64(limits.Scrapes()) {
			c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		s.connections.Add(-1)
	}
}

// Close ends the checks that run, and waits until their connections are closed.
func (s *Server) Close() {
	s.pool.close()
	for _, a := range *s.modules.Load() {
		a.retire()
	}
	s.visits.Wait()
}

func (s *Server) routes() error {
	landing, err := s.landing()
	if err != nil {
		return err
	}
	s.mux = http.NewServeMux()
	s.mux.Handle("GET /{$}", landing)
	metrics := s.meter.handler()
	s.mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) { s.whole(w, r, metrics) })
	s.mux.HandleFunc("GET /probe", s.probe)
	s.mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { plainText(w, http.StatusOK, "healthy") })
	s.mux.HandleFunc("POST /-/reload", s.reload)
	s.mux.HandleFunc("PUT /-/reload", s.reload)
	return nil
}

func (s *Server) reload(w http.ResponseWriter, _ *http.Request) {
	if err := s.Reload(); err != nil {
		s.o.Log.Error("the modules file was refused, the modules in use stay", "err", err)
		plainText(w, http.StatusInternalServerError, err.Error())
		return
	}
	plainText(w, http.StatusOK, "reloaded")
}

// plainText answers with one line. Browsers must not take it for anything else.
func plainText(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(line + "\n"))
}
