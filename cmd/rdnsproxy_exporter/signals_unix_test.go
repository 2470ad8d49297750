//go:build unix

package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"rdnsproxy/internal/lab"
)

var listening = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

// TestSignals: SIGHUP reads the modules again, or keeps them and says why in one line; after
// SIGTERM, probes that run are answered, and the program ends with 0.
func TestSignals(t *testing.T) {
	dns, err := lab.StartDNS(lab.Zone("example.com", "host 60 A 192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	defer dns.Close()
	file := filepath.Join(t.TempDir(), "modules.yml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := "modules:\n  dns_only: {resolver: \"" + dns.Addr().String() + "\", hosts_file: none}\n"
	write(good)
	cmd := program(t, "--config.file="+file, "--web.listen-address=127.0.0.1:0")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(log)
	await := func(want *regexp.Regexp) string {
		t.Helper()
		for lines.Scan() {
			if m := want.FindStringSubmatch(lines.Text()); m != nil {
				return m[len(m)-1]
			}
		}
		t.Fatalf("it ended without saying %s", want)
		return ""
	}
	url := "http://" + await(listening)
	write("modules:\n  a: {hostkey: x}\n")
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	await(regexp.MustCompile(`level=ERROR .*modules\.yml:2: unknown key`))
	write(good)
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	await(regexp.MustCompile(`level=INFO .*msg="read the modules"`))

	gate := make(chan struct{})
	asked := make(chan struct{}, 100)
	dns.Fault("", func(*lab.DNSExchange) { asked <- struct{}{}; <-gate })
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get(url + "/probe?target=host.example.com")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		answer <- string(text)
	}()
	<-asked
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	await(regexp.MustCompile(`shutting down`))
	close(gate)
	if text := <-answer; !strings.Contains(text, "rdnsproxy_probe_cut_short 0") {
		t.Errorf("the probe that ran: %s", text)
	}
	go io.Copy(io.Discard, log)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v", err)
	}
}

// TestEarlyReload: SIGHUP while the program starts does not end it.
func TestEarlyReload(t *testing.T) {
	dir := t.TempDir()
	config, regular := filepath.Join(dir, "web.yml"), filepath.Join(dir, "regular")
	if err := syscall.Mkfifo(config, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(regular, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, "--web.config.file="+config, "--web.listen-address=127.0.0.1:0")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fifo, err := os.OpenFile(config, os.O_WRONLY, 0) // waits until the program reads it
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(regular, config); err != nil {
		t.Fatal(err)
	}
	if _, err := fifo.WriteString("{}\n"); err != nil {
		t.Error(err)
	}
	fifo.Close()
	lines := bufio.NewScanner(log)
	read := 0
	for read < 2 && lines.Scan() {
		if strings.Contains(lines.Text(), `msg="read the modules"`) {
			read++
		}
	}
	if read < 2 {
		t.Errorf("it has read the modules %d times and then ended", read)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	go io.Copy(io.Discard, log)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
