//go:build linux && exporter

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// These programs are large, and the tests take minutes: make test-exporter installs the
// programs and runs the tests.
func init() {
	programsNeeded = append(programsNeeded, "prometheus", "prometheus-alertmanager", "amtool", "systemd-socket-activate")
}

const (
	exporterProgram = lab + "/rdnsproxy_exporter"
	exporterAddress = "127.0.0.1:10922" // of docs/exporter.md
	prometheusAPI   = "http://127.0.0.1:9090/api/v1/"
)

// example is a file of examples/prometheus.
func (v *visit) example(file string) string {
	v.t.Helper()
	return v.content("../examples/prometheus/" + file)
}

var (
	durationPattern = regexp.MustCompile(`(?m)^(.*\b(?:for|interval|\w+_interval|scrape_timeout|keep_firing_for|group_wait|min_age|max_age): )(\d+)([smhdw])$`)
	windowPattern   = regexp.MustCompile(`\[\d+m\]`)
)

// hurried turns minutes into seconds. What would be less than a second is a second.
func hurried(text string) string {
	unit := map[string]int{"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
	text = durationPattern.ReplaceAllStringFunc(text, func(line string) string {
		m := durationPattern.FindStringSubmatch(line)
		n, _ := strconv.Atoi(m[2])
		return fmt.Sprintf("%s%ds", m[1], max(1, n*unit[m[3]]/60))
	})
	return windowPattern.ReplaceAllString(text, "[10s]")
}

// watch is the fleet of examples/prometheus, watched with the files there: nsd has its
// zones, and sshds answer.
type watch struct {
	*visit
	dir, zones  string
	sshd        func() // stops that of git.example.com
	git, forged hostKey
	exporter    *server
	inbox       *inbox
}

// The zones of the fleet. The TTL is short, because the exporter caches what it is told.
var watchedZones = map[string][]string{
	"example.com": {"web1 1 A 192.0.2.1", "web2 1 A 192.0.2.2", "db1 1 A 192.0.2.3", "db2 1 AAAA 2001:db8::10",
		"git 1 A 192.0.2.4", "bastion 1 A 192.0.2.5", "forbidden 1 A 192.0.2.6"},
	"2.0.192.in-addr.arpa": {"1 1 PTR web1.example.com.", "2 1 PTR web2.example.com.", "3 1 PTR db1.example.com.",
		"4 1 PTR git.example.com.", "5 1 PTR bastion.example.com.", "6 1 PTR forbidden.example.com."},
	"8.b.d.0.1.0.0.2.ip6.arpa": {"0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 1 PTR db2.example.com."},
}

// The port is not the one in the files: an sshd of another test has that.
const gitPort = "2223"

// newWatch starts nsd and the sshds, and writes the files, with the intervals hurried.
func newWatch(v *visit) *watch {
	v.t.Helper()
	w := &watch{visit: v, dir: lab + "/watch"} // not TempDir, which is for root alone
	v.must(os.Mkdir(w.dir, 0o755))
	v.t.Cleanup(func() { os.RemoveAll(w.dir) })
	v.must(do("ip", "address", "add", "192.0.2.0/24", "dev", "lo"))
	v.t.Cleanup(func() { do("ip", "address", "del", "192.0.2.0/24", "dev", "lo") })
	w.zones = v.nsd(watchedZones)
	w.git, w.forged = v.hostKey("git"), v.hostKey("forged")
	w.sshd = v.serveSSH(gitPort, w.git)
	v.write("/etc/ssh/ssh_known_hosts", "bastion.example.com "+v.hostKey("").public+"[git.example.com]:"+gitPort+" "+w.git.public)
	v.must(os.Mkdir(w.dir+"/rdnsproxy", 0o755))
	for _, file := range []string{"prometheus.yml", "rdnsproxy/recording-rules.yml", "rdnsproxy/alert-rules.yml", "rdnsproxy/fleet.yml",
		"alertmanager.yml", "modules.yml"} {
		w.write(w.dir+"/"+file, strings.ReplaceAll(hurried(v.example(filepath.Base(file))), ":2222", ":"+gitPort))
	}
	return w
}

// zone changes a record of a zone, and nsd reads the zone again.
func (w *watch) zone(apex, old, new string) {
	w.t.Helper()
	records := slices.Clone(watchedZones[apex])
	if at := slices.Index(records, old); at >= 0 {
		records[at] = new
	} else {
		w.t.Fatalf("%s has no record %s", apex, old)
	}
	w.rezone(apex, records)
}

// rezone gives nsd other records for a zone.
func (w *watch) rezone(apex string, records []string) {
	w.t.Helper()
	w.write(w.zones+"/"+apex, zoneFile(records))
	w.must(w.nsdProcess.Signal(syscall.SIGHUP))
}

// startExporter starts the exporter with the modules file, and waits until it answers.
func (w *watch) startExporter(flags ...string) {
	w.t.Helper()
	w.exporter = w.serve(w.command(append([]string{exporterProgram, "--config.file=" + w.dir + "/modules.yml"}, flags...)...))
	if err := answers(exporterAddress); err != nil {
		w.t.Fatalf("%v\n%s", err, w.exporter.said())
	}
}

// startPrometheus starts Prometheus and Alertmanager, and waits for the first results.
func (w *watch) startPrometheus() {
	w.t.Helper()
	w.must(os.Mkdir(w.dir+"/data", 0o755))
	w.must(os.Chown(w.dir+"/data", chris, chris))
	w.inbox = newInbox(w.visit)
	w.serve(w.command("prometheus-alertmanager", "--config.file="+w.dir+"/alertmanager.yml", "--storage.path="+w.dir+"/data",
		"--web.listen-address=127.0.0.1:9093", "--cluster.listen-address=", "--log.level=warn"))
	w.must(answers("127.0.0.1:9093"))
	w.serve(w.command("prometheus", "--config.file="+w.dir+"/prometheus.yml", "--storage.tsdb.path="+w.dir+"/data/tsdb",
		"--web.listen-address=127.0.0.1:9090", "--log.level=warn"))
	w.eventually("Prometheus is ready", func() bool {
		status, _ := w.get("http://127.0.0.1:9090/-/ready")
		return status == http.StatusOK
	})
}

// sample is a series of an answer, with its last value.
type sample struct {
	Metric map[string]string
	value  float64
}

// query asks Prometheus. seconds is how far back the answer goes; 0: only now.
func (w *watch) query(expr string, seconds int) (samples []sample) {
	w.t.Helper()
	now := time.Now().Unix()
	ask := prometheusAPI + "query?" + url.Values{"query": {expr}}.Encode()
	if seconds > 0 {
		ask = prometheusAPI + "query_range?" + url.Values{"query": {expr}, "start": {fmt.Sprint(now - int64(seconds))}, "end": {fmt.Sprint(now)}, "step": {"1"}}.Encode()
	}
	var answer struct {
		Error string
		Data  struct {
			Result []struct {
				Metric map[string]string
				Value  []any
				Values [][]any
			}
		}
	}
	status, body := w.get(ask)
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != http.StatusOK {
		w.t.Fatalf("%s: %d %v %s", expr, status, err, body)
	}
	for _, r := range answer.Data.Result {
		if len(r.Values) > 0 {
			r.Value = r.Values[len(r.Values)-1]
		}
		n, err := strconv.ParseFloat(r.Value[1].(string), 64)
		w.must(err)
		samples = append(samples, sample{r.Metric, n})
	}
	return samples
}

// becomes waits until the only series of an expression has a value.
func (w *watch) becomes(expr string, value float64) {
	w.t.Helper()
	w.eventually(fmt.Sprintf("%s = %v", expr, value), func() bool {
		s := w.query(expr, 0)
		return len(s) == 1 && s[0].value == value
	})
}
