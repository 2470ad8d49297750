//go:build linux && exporter

package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestExporterWatch: the files of examples/prometheus, with minutes as seconds, on a fleet
// of six: alerts are sent when something breaks and when it is mended.
func TestExporterWatch(t *testing.T) {
	v := newVisit(t)
	w := newWatch(v)
	if o := v.asRoot("amtool", "check-config", w.dir+"/alertmanager.yml"); o.status != 0 {
		t.Errorf("%+v", o)
	}
	w.startExporter()
	w.startPrometheus()
	w.becomes(`sum(up{job="rdnsproxy"})`, 6)
	w.becomes(`sum(rdnsproxy_check_verdict{job="rdnsproxy", verdict=~"exact|confirmed"})`, 6)
	w.becomes(`sum(rdnsproxy_check_hostkeys{status="known"})`, 2)
	if alerts := w.query(`ALERTS`, 0); len(alerts) != 0 {
		t.Errorf("all is well: %v", alerts)
	}

	const ptr, key = "operators RdnsproxyPTRBroken web1.example.com", "pager RdnsproxyHostKeyChanged git.example.com:" + gitPort
	w.zone("2.0.192.in-addr.arpa", "1 1 PTR web1.example.com.", "1 1 PTR web2.example.com.")
	w.sshd()
	stop := v.serveSSH(gitPort, w.forged)
	w.receives(key, "firing")
	w.receives(ptr, "firing")
	t.Run("dashboard", func(t *testing.T) { w.dashboard(t) })

	w.rezone("2.0.192.in-addr.arpa", watchedZones["2.0.192.in-addr.arpa"])
	stop()
	v.serveSSH(gitPort, w.git)
	w.receives(ptr, "resolved")
	w.receives(key, "resolved")

	t.Run("modules file", func(t *testing.T) {
		w := w.as(t)
		good := w.content(w.dir + "/modules.yml")
		w.write(w.dir+"/modules.yml", strings.Replace(good, "fail_on:", "fail_no:", 1))
		answer, err := http.Post("http://"+exporterAddress+"/-/reload", "", nil)
		w.must(err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusInternalServerError {
			t.Errorf("a broken file: %s", answer.Status)
		}
		w.receives("operators RdnsproxyReloadFailed "+exporterAddress, "firing")
		w.becomes(`sum(up{job="rdnsproxy", module="hostkeys"})`, 2)
		w.write(w.dir+"/modules.yml", good)
		w.must(w.exporter.cmd.Process.Signal(hangup))
		w.receives("operators RdnsproxyReloadFailed "+exporterAddress, "resolved")
	})

	// A host that the module does not allow: nothing is sent to it, nor about it.
	t.Run("not allowed", func(t *testing.T) {
		w := w.as(t)
		wire := w.capture()
		fleet := w.content(w.dir + "/rdnsproxy/fleet.yml")
		w.write(w.dir+"/rdnsproxy/fleet.yml", fleet+"- targets: [router.example.net]\n  labels: {module: hostkeys}\n")
		w.receives("operators RdnsproxyProbeFailing router.example.net", "firing")
		w.receives("operators RdnsproxyProbesRefused not_allowed", "firing")
		w.becomes(`up{instance="router.example.net"}`, 0)
		// The name is allowed, the port is not.
		if status, said := w.get("http://" + exporterAddress + "/probe?module=hostkeys&target=forbidden.example.com:23"); status != http.StatusForbidden {
			t.Errorf("%d %s", status, said)
		}
		if !wire.asked("bastion") || !wire.reached("192.0.2.5") {
			t.Error("what is allowed was not seen on the wire either")
		}
		if wire.asked("router") || wire.asked("forbidden") || wire.reached("192.0.2.6") {
			t.Error("the exporter asked about a host that is not allowed, or connected to it")
		}
		w.write(w.dir+"/rdnsproxy/fleet.yml", fleet)
		w.receives("operators RdnsproxyProbeFailing router.example.net", "resolved")
	})

	// The resolver ends: one alert, and none about a host.
	t.Run("resolver", func(t *testing.T) {
		w := w.as(t)
		w.resolver("127.0.0.77") // nobody is there
		w.must(w.exporter.cmd.Process.Signal(hangup))
		w.receives("pager RdnsproxyLookupsFailing ", "firing")
		w.becomes(`sum(exporter:rdnsproxy_undetermined:ratio)`, 1)
		w.resolver("127.0.0.2")
		w.must(w.exporter.cmd.Process.Signal(hangup))
		w.receives("pager RdnsproxyLookupsFailing ", "resolved")
		if told := w.inbox.mentions("RdnsproxyUndetermined", "RdnsproxyPTRMissing", "RdnsproxyNoAddress", "RdnsproxyManyHostsOff"); len(told) > 0 {
			t.Errorf("%q", told)
		}
	})

	// The exporter ends: again one alert, and none of those that would follow from it.
	if status := w.exporter.end(); status != 0 {
		t.Errorf("SIGTERM: status %d\n%s", status, w.exporter.said())
	}
	w.receives("pager RdnsproxyExporterDown "+exporterAddress, "firing")
	if told := w.inbox.mentions("RdnsproxyScrapesFailing", "RdnsproxyNoTargets"); len(told) > 0 {
		t.Errorf("%q", told)
	}
	w.startExporter()
	w.receives("pager RdnsproxyExporterDown "+exporterAddress, "resolved")
}

// as is the same watch, for a test within the test.
func (w *watch) as(t *testing.T) *watch {
	v, in := *w.visit, *w
	v.t, in.visit = t, &v
	return &in
}

// dashboard asks Prometheus what the panels and variables of examples/grafana ask, now that
// there is something to see on each.
func (w *watch) dashboard(t *testing.T) {
	w = w.as(t)
	var d struct {
		Templating struct {
			List []struct{ Name, Definition string }
		}
		Panels []struct {
			Title   string
			Targets []struct {
				Expr    string
				Instant bool
			}
		}
	}
	b, err := os.ReadFile("../examples/grafana/rdnsproxy.json")
	w.must(err)
	w.must(json.Unmarshal(b, &d))
	// What Grafana puts in place of its variables when everything is selected.
	fill := strings.NewReplacer("$exporter", ".*", "$module", ".*", "$instance", ".*", "$__rate_interval", "10s", "$__range", "60s")
	queries := 0
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			queries++
			seconds := 20
			if target.Instant {
				seconds = 0
			}
			expr := fill.Replace(target.Expr)
			if p.Title == "Probes per second" && strings.Contains(expr, "refused") {
				w.query(expr, seconds) // nothing was refused so far
				continue
			}
			w.eventually(p.Title+": "+expr, func() bool { return len(w.query(expr, seconds)) > 0 })
		}
	}
	if queries < 30 {
		t.Errorf("%d queries", queries)
	}
	for _, v := range d.Templating.List {
		if m := regexp.MustCompile(`^label_values\((.*), (\w+)\)$`).FindStringSubmatch(v.Definition); m != nil {
			var values []string
			for _, s := range w.query(fill.Replace(m[1]), 0) {
				values = append(values, s.Metric[m[2]])
			}
			if slices.Contains(values, "") || len(values) == 0 {
				t.Errorf("%s: %q", v.Name, values)
			}
		}
	}
}
