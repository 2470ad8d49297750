package exporter

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"rdnsproxy/limits"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// refusal is why a probe does not take place.
type refusal struct {
	status int
	reason string // for the metric
	text   string // one line, safe to print
}

// probe serves /probe.
func (s *Server) probe(w http.ResponseWriter, r *http.Request) {
	// Equal probes share a check, but each waits for it.
	if most := int64(s.o.Concurrency + s.o.Queue); s.inside.Add(1) > most {
		s.inside.Add(-1)
		s.refuse(w, &refusal{http.StatusServiceUnavailable, refusedBusy, errBusy.Error()})
		return
	}
	defer s.inside.Add(-1)
	query := r.URL.Query()
	a, word, no := s.wanted(query["module"], query["target"])
	if no != nil {
		s.refuse(w, no)
		return
	}
	debug := query.Get("debug") == "true"
	if debug {
		defer s.debugging.Add(-1)
		if s.debugging.Add(1) > limits.Answering { // for people, who are few, and long
			s.refuse(w, &refusal{http.StatusServiceUnavailable, refusedBusy, errBusy.Error()})
			return
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.patience(r.Header.Get("X-Prometheus-Scrape-Timeout-Seconds"), a.Timeout))
	defer cancel()
	found, from, err := s.pool.probe(ctx, a, word, debug)
	s.answerWithin(w)
	switch {
	case r.Context().Err() != nil: // nobody is left to read the answer
		return
	case errors.Is(err, errLate):
		s.refuse(w, &refusal{http.StatusServiceUnavailable, refusedLate, err.Error()})
		return
	case errors.Is(err, errBusy):
		s.refuse(w, &refusal{http.StatusServiceUnavailable, refusedBusy, err.Error()})
		return
	case err != nil:
		plainText(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	an := &answer{result: found, failOn: a.FailOn, cached: from.cached, now: s.o.Now()}
	s.meter.answered(a.Module, an.succeeded(), from)
	s.o.Log.Debug("probe", "target", word.String(), "module", a.Name, "success", an.succeeded(),
		"severity", found.Severity.String(), "cached", from.cached, "seconds", found.took.Seconds())
	s.whole(w, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if debug {
			s.writeDebug(w, a, word, an)
			return
		}
		metrics := prometheus.NewRegistry()
		metrics.MustRegister(an)
		promhttp.HandlerFor(metrics, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError}).ServeHTTP(w, r)
	}))
}

// wanted finds the module and the target of a request.
func (s *Server) wanted(modules, targets []string) (*asker, Word, *refusal) {
	name := DefaultModule
	if len(modules) == 1 {
		name = modules[0]
	}
	known := *s.modules.Load()
	a := known[name]
	if a == nil || len(modules) > 1 {
		text := "unknown module " + quoted(name) +
			cmp.Or(meant(name, slices.Sorted(maps.Keys(known))), "; the modules are in the file of --config.file")
		if len(modules) > 1 {
			text = "module is given more than once"
		}
		return nil, Word{}, &refusal{http.StatusBadRequest, refusedModule, text}
	}
	if len(targets) != 1 || targets[0] == "" {
		text := "target is missing: /probe?target=HOST"
		if len(targets) > 1 {
			text = "target is given more than once"
		}
		return nil, Word{}, &refusal{http.StatusBadRequest, refusedTarget, text}
	}
	word, err := ParseWord(targets[0])
	if err != nil {
		return nil, Word{}, &refusal{http.StatusBadRequest, refusedTarget, err.Error()}
	}
	if !a.Allow.Target(word, a.DNSOnly) {
		return nil, Word{}, &refusal{http.StatusForbidden, refusedNotAllowed,
			"the module " + a.Name + " does not allow the target " + quoted(word.String())}
	}
	return a, word, nil
}

// patience is how long a client waits for the answer: Prometheus says so. The answer needs
// the offset to get there; of a very short timeout, half is left for the probe.
func (s *Server) patience(header string, most time.Duration) time.Duration {
	seconds, err := strconv.ParseFloat(header, 64)
	if err != nil || !(seconds > 0 && seconds < most.Seconds()+s.o.TimeoutOffset.Seconds()) {
		return most
	}
	timeout := time.Duration(seconds * float64(time.Second))
	return max(timeout-s.o.TimeoutOffset, timeout/2)
}

func (s *Server) refuse(w http.ResponseWriter, no *refusal) {
	s.meter.refused.WithLabelValues(no.reason).Inc()
	s.o.Log.Debug("refused", "reason", no.reason, "text", no.text)
	if no.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	plainText(w, no.status, no.text)
}
