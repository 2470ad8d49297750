//go:build linux && fleet

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// longLog is how many lines the long log has: ten millions, in blocks.
const (
	longLog   = 10_000_000
	longBlock = 10_000
)

// TestFleetLongLog reads ten million lines at a terminal. To the end: the progress is gone then, and
// every line is counted. And with Ctrl-C at half: the report is about what was read until then.
func TestFleetLongLog(t *testing.T) {
	progress := regexp.MustCompile(`\r\x1b\[Kread [0-9.,]+( million)? lines, [0-9.,]+( million)? lines/s`)
	rows := regexp.MustCompile(`(?m)^  logged in +2 +([0-9,]+) +0 +([0-9,]+)\r?$`)
	for _, upTo := range []int64{longLog, longLog / 2} {
		t.Run(fmt.Sprint(upTo), func(t *testing.T) {
			v := newVisit(t)
			log := home + "/auth.log"
			v.must(syscall.Mkfifo(log, 0o600))
			v.must(os.Chown(log, chris, chris))
			var written atomic.Int64
			goOn := make(chan bool)
			go func() {
				defer close(goOn)
				f, err := os.OpenFile(log, os.O_WRONLY, 0)
				if err != nil {
					return
				}
				defer f.Close()
				for n := int64(0); n < longLog && err == nil; n += longBlock {
					if n == upTo {
						goOn <- true
					}
					_, err = f.Write(longLines(n))
					written.Store(n + longBlock)
				}
			}()
			term := v.terminal()
			cmd := term.command("rdnsproxy", "audit", "--no-dns", log)
			v.must(cmd.Start())
			if <-goOn { // half of it is written; the rest waits for whoever reads
				v.eventually("progress", func() bool { return progress.MatchString(term.screen()) })
				term.press("\x03")
			}
			screen, status := term.wait(cmd)
			at := progress.FindAllStringIndex(screen, -1)
			if len(at) == 0 {
				t.Fatalf("no progress: %.500q", screen)
			}
			_, report, cleared := strings.Cut(screen[at[len(at)-1][0]+1:], "\r\x1b[K")
			if !cleared || strings.Contains(report, "\x1b[K") {
				t.Errorf("the progress is still there: %q", report)
			}
			found := rows.FindStringSubmatch(report)
			if found == nil {
				t.Fatalf("no logins in %q", report)
			}
			n, err := strconv.ParseInt(strings.ReplaceAll(found[2], ",", ""), 10, 64)
			v.must(err)
			whole := status == 0 && n == longLog && !strings.Contains(report, "interrupted")
			half := status == 130 && n > upTo/2 && n <= written.Load()+longBlock && strings.Contains(report, ": interrupted before its end\n")
			if upTo == longLog && !whole || upTo < longLog && (!half || n >= longLog) || found[1] != found[2] {
				t.Errorf("status %d, %d logins of %d written\n%s", status, n, written.Load(), report)
			}
		})
	}
}

// longLines returns a block of the log. Each line is a login of one of two clients.
func longLines(from int64) []byte {
	var b bytes.Buffer
	b.Grow(longBlock * 110)
	for n := from; n < from+longBlock; n++ {
		b.WriteString("2026-11-25T20:11:00+00:00 fs1 sshd[")
		b.WriteString(strconv.FormatInt(n%30_000+1, 10))
		b.WriteString("]: Accepted password for chris from 203.0.113.4")
		b.WriteString(strconv.FormatInt(n%2, 10))
		b.WriteString(" port 51124 ssh2\n")
	}
	return b.Bytes()
}
