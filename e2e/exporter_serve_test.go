//go:build linux && exporter

package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

const hangup = syscall.SIGHUP

// TestExporterTLS: with web-config.yml and the commands in it, and with the lines of
// prometheus.yml that are for it, Prometheus gets its answers over TLS with a password, and
// nobody gets any without.
func TestExporterTLS(t *testing.T) {
	v := newVisit(t)
	w := newWatch(v)
	w.webConfig(w.dir)
	v.must(os.Chmod(w.dir+"/exporter.key", 0o644)) // the exporter is not root here
	w.write(w.dir+"/rdnsproxy/exporter-password", exporterPassword+"\n")
	w.write(w.dir+"/rdnsproxy/exporter-ca.crt", v.content(w.dir+"/exporter.crt"))
	w.write(w.dir+"/prometheus.yml", uncommented(v.content(w.dir+"/prometheus.yml"), "tls"))
	w.startExporter("--web.config.file=" + w.dir + "/web-config.yml")
	w.startPrometheus()
	w.becomes(`sum(up{job="rdnsproxy"})`, 6)
	w.becomes(`up{job="rdnsproxy_exporter"}`, 1)
	v.locked(w.dir + "/exporter.crt")
}

const exporterPassword = "it is a secret"

// webConfig writes web-config.yml, and makes the certificate and the password as its comments
// say.
func (v *visit) webConfig(dir string) {
	v.t.Helper()
	web := v.example("web-config.yml")
	v.runs(dir, web, "openssl req")
	hash, err := bcrypt.GenerateFromPassword([]byte(exporterPassword), bcrypt.MinCost)
	v.must(err)
	v.write(dir+"/web-config.yml", strings.Replace(web, "REPLACE-ME", string(hash), 1))
}

// locked checks that the exporter answers over TLS only, and only with the password.
func (v *visit) locked(certificate string) {
	v.t.Helper()
	if _, body := v.get("http://" + exporterAddress + "/metrics"); !strings.Contains(body, "Client sent an HTTP request to an HTTPS server") {
		v.t.Errorf("without TLS: %s", body)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(v.content(certificate)))
	client := http.Client{Timeout: patience / 2, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "exporter.example.com"}}}
	for _, path := range []string{"/", "/metrics", "/probe?target=exact.example.com", "/-/reload"} {
		for password, want := range map[string]int{"": http.StatusUnauthorized, "wrong": http.StatusUnauthorized, exporterPassword: 0} {
			ask, err := http.NewRequest("GET", "https://"+exporterAddress+path, nil)
			v.must(err)
			if password != "" {
				ask.SetBasicAuth("prometheus", password)
			}
			answer, err := client.Do(ask)
			v.must(err)
			answer.Body.Close()
			if (answer.StatusCode == http.StatusUnauthorized) != (want != 0) {
				v.t.Errorf("%s with the password %q: %s", path, password, answer.Status)
			}
		}
	}
}

// uncommented activates the lines that begin with # and a word.
func uncommented(text, word string) string { return strings.ReplaceAll(text, "#"+word+" ", "") }

// runs runs a command that a file has in its comments, as root, in a directory.
func (v *visit) runs(dir, file, command string) {
	v.t.Helper()
	_, text, found := strings.Cut(file, "#   "+command)
	if !found {
		v.t.Fatalf("the file has no command %s", command)
	}
	script := command
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "#")
		part, goesOn := strings.CutSuffix(line, `\`)
		script += part
		if !goesOn {
			break
		}
	}
	cmd := v.rootCommand("sh", "-c", script)
	cmd.Dir = dir
	if o := v.finish(cmd, nil); o.status != 0 {
		v.t.Fatalf("%s: %+v", script, o)
	}
}

// TestExporterSilentDNS: a DNS server that does not answer is a scrape like any other, with
// nothing determined, within Prometheus' timeout.
func TestExporterSilentDNS(t *testing.T) {
	v := newVisit(t)
	w := newWatch(v)
	v.silentDNS()
	w.startExporter("--timeout-offset=0.3")
	w.startPrometheus()
	w.becomes(`sum(up{job="rdnsproxy", module="dns_only"})`, 4)
	w.becomes(`sum(rdnsproxy_check_verdict{verdict="undetermined", module="dns_only"})`, 4)
	w.becomes(`sum(probe_success)`, 0)
	w.becomes(`min(rdnsproxy_probe_cut_short{module="dns_only"})`, 1)
	w.becomes(`count(up{job="rdnsproxy", module="dns_only"} == 0) or vector(0)`, 0)
}

// TestExporterSocket: systemd listens, and the exporter answers there, and nowhere else.
func TestExporterSocket(t *testing.T) {
	v := newVisit(t)
	w := newWatch(v)
	const passed = "127.0.0.1:10999"
	s := v.serve(v.command("systemd-socket-activate", "--listen="+passed, exporterProgram, "--web.systemd-socket", "--config.file="+w.dir+"/modules.yml"))
	v.must(answers(passed))
	status, body := v.get("http://" + passed + "/probe?target=web1.example.com")
	if status != 200 || !strings.Contains(body, `rdnsproxy_check_verdict{address="192.0.2.1",verdict="exact"} 1`) {
		t.Errorf("%d %s", status, body)
	}
	if c, err := net.Dial("tcp", exporterAddress); err == nil {
		c.Close()
		t.Error("it listens on its own port too")
	}
	if status := s.end(); status != 0 {
		t.Errorf("SIGTERM: status %d", status)
	}
}

// TestExporterEnds: SIGTERM while a probe runs. The probe is answered, and the status is 0.
func TestExporterEnds(t *testing.T) {
	v := newVisit(t)
	w := newWatch(v)
	silent := v.silentDNS()
	w.startExporter()
	answered := make(chan string, 1)
	go func() {
		_, body := v.get("http://" + exporterAddress + "/probe?target=web1.example.com")
		answered <- body
	}()
	b := make([]byte, 512) // the question is there: the probe runs
	if _, _, err := silent.ReadFrom(b); err != nil {
		t.Fatal(err)
	}
	if status := w.exporter.end(); status != 0 {
		t.Errorf("status %d\n%s", status, w.exporter.said())
	}
	if body := <-answered; !strings.Contains(body, `verdict="undetermined"} 1`) {
		t.Errorf("the probe's answer: %s", body)
	}
}
