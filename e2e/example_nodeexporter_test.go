//go:build linux && monitors

package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestMonitorNodeExporter: node_exporter's textfile collector serves the metrics of a check,
// also while the next check writes them: it never sees a part of a file.
func TestMonitorNodeExporter(t *testing.T) {
	v := newVisit(t)
	steps := v.monitored()
	dir := v.own(home + "/textfile")
	v.serve(v.command("prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
		"--collector.textfile.directory="+dir, "--web.listen-address=127.0.0.1:9100"))
	v.must(answers("127.0.0.1:9100"))
	scrape := func() string {
		_, page := v.get("http://127.0.0.1:9100/metrics")
		return page
	}
	severities := map[int]string{0: "0", 1: "3", 2: "4", 3: "2"} // by a plugin's status
	for _, step := range steps {
		step.happen()
		check := v.command("rdnsproxy", "check", "--dns-only", "--format", "prometheus", "--from-file", "/etc/rdnsproxy/hosts", "--output", dir+"/rdnsproxy.prom")
		v.must(check.Start())
		ended := make(chan error)
		go func() { ended <- check.Wait() }()
		for writing := true; writing; {
			select {
			case <-ended:
				writing = false
			default:
			}
			if page := scrape(); !strings.Contains(page, "\nnode_textfile_scrape_error 0\n") {
				t.Fatalf("%s: %s", step.what, page)
			}
		}
		want := `rdnsproxy_check_severity{target="my.example.com"} ` + severities[step.state] + "\n"
		if page := scrape(); !strings.Contains(page, want) || !strings.Contains(page, `{target="web.example.com"} 0`) {
			t.Errorf("%s: no %s in %s", step.what, want, page)
		}
	}
	if files, _ := filepath.Glob(dir + "/*"); len(files) != 1 {
		t.Errorf("left behind: %q", files)
	}
}
