package exporter

import (
	"bytes"
	"fmt"
	"net/http"

	"rdnsproxy/internal/report"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/exporter-toolkit/web"
)

// landing is the page at /.
func (s *Server) landing() (http.Handler, error) {
	return web.NewLandingPage(web.LandingConfig{
		Name:        "rdnsproxy_exporter",
		Description: "Do names and addresses agree, forward and reverse?",
		Version:     s.o.Version,
		Profiling:   "false",
		Form: web.LandingForm{Action: "probe", Inputs: []web.LandingFormInput{
			{Label: "Target", Type: "text", Name: "target", Placeholder: "host.example.com"},
			{Label: "Module", Type: "text", Name: "module", Value: DefaultModule},
			{Label: "Debug", Type: "text", Name: "debug", Value: "true"},
		}},
		Links: []web.LandingLinks{
			{Address: "metrics", Text: "Metrics", Description: "of the exporter itself"},
			{Address: "-/healthy", Text: "Health"},
		},
	})
}

// writeDebug answers with what was found as 'rdnsproxy check' writes it for people, and
// the metrics below it.
func (s *Server) writeDebug(w http.ResponseWriter, a *asker, word Word, an *answer) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# target %s, module %s, fail_on %s, %.3f s\n\n", word, a.Name, a.FailOn, an.took.Seconds())
	format, err := report.FormatOf(report.DefaultFormat)
	if err == nil {
		h := format.New(&b, report.Options{Verbose: true, FailOn: a.FailOn})
		if err = h.Result(an.Result); err == nil {
			err = h.Close()
		}
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(an)
	all, gatherErr := metrics.Gather()
	if err == nil {
		err = gatherErr
	}
	b.WriteByte('\n')
	for _, f := range all {
		if err == nil {
			_, err = expfmt.MetricFamilyToText(&b, f)
		}
	}
	if err != nil {
		plainText(w, http.StatusInternalServerError, "the answer could not be made")
		s.o.Log.Error("debug", "err", err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(b.Bytes())
}
