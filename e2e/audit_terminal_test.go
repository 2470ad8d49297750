//go:build linux

package e2e

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestAuditCtrlC reads a log that never ends, at a terminal: how far it has come is shown on
// the last line, and Ctrl-C prints the report of what was read.
func TestAuditCtrlC(t *testing.T) {
	v := newVisit(t)
	log := home + "/auth.log"
	v.must(syscall.Mkfifo(log, 0o600))
	v.must(os.Chown(log, chris, chris))
	go func() {
		f, err := os.OpenFile(log, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		defer f.Close()
		w := bufio.NewWriterSize(f, 64<<10)
		for pid := 1; err == nil; pid = pid%30_000 + 1 {
			_, err = fmt.Fprintf(w, "2026-11-25T20:11:00+00:00 fs1 sshd[%d]: Accepted password for chris from 203.0.113.42 port 51124 ssh2\n", pid)
		}
	}()
	term := v.terminal()
	cmd := term.command("rdnsproxy", "audit", "--no-dns", log)
	v.must(cmd.Start())
	progress := regexp.MustCompile(`\r\x1b\[Kread [0-9.,]+( million)? lines, [0-9.,]+( million)? lines/s`)
	v.eventually("progress", func() bool { return progress.MatchString(term.screen()) })
	term.press("\x03")
	screen, status := term.wait(cmd)
	if status != 130 {
		t.Errorf("status %d", status)
	}
	_, report, _ := strings.Cut(screen, "\r\x1b[Krdnsproxy: warning: interrupted: the report is about what was read until then\n")
	for _, want := range []string{": interrupted before its end\n", "  logged in  ", "logins\n"} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in %q", want, report)
		}
	}
	if progress.MatchString(report) {
		t.Errorf("progress in the report: %q", report)
	}
}
