package sshdlog

import (
	"bytes"
	"os"
	"testing"
)

// others are lines of other programs.
const others = `Nov 25 20:08:24 fs1 CRON[3119]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)
Nov 25 20:08:24 fs1 kernel: [ 8123.456789] [UFW BLOCK] IN=eth0 OUT= MAC=00 SRC=203.0.113.45 DST=192.0.2.10 LEN=40
Nov 25 20:08:24 fs1 systemd[1]: Started Session 381 of user alice.
Nov 25 20:08:24 fs1 postfix/smtpd[2230]: connect from unknown[203.0.113.45]
Nov 25 20:08:24 fs1 sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/ls
`

// BenchmarkParse reads lines of a real log, and those of other programs, which are most of many
// logs. One operation is one line.
func BenchmarkParse(b *testing.B) {
	for name, log := range map[string][]byte{
		"rfc3164":      recorded(b, "day-info-rfc3164.log"),
		"rfc3339":      recorded(b, "day-info.log"),
		"rfc5424":      recorded(b, "day-info-rfc5424.log"),
		"journal-json": recorded(b, "day-info-journal.json"),
		"others":       []byte(others),
	} {
		b.Run(name, func(b *testing.B) {
			lines := bytes.Split(bytes.TrimSpace(log), []byte("\n"))
			b.SetBytes(int64(len(log) / len(lines)))
			p := Parser{Clock: Clock{Year: 2026}}
			var f Frame
			i := 0
			for b.Loop() {
				p.Parse(lines[i], &f)
				if i++; i == len(lines) {
					i = 0
				}
			}
		})
	}
}

func recorded(tb testing.TB, name string) []byte {
	log, err := os.ReadFile("testdata/recorded/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return log
}

// BenchmarkSkip skips lines of other programs. One operation is one line.
func BenchmarkSkip(b *testing.B) {
	log := bytes.Repeat([]byte(others), 1000)
	b.SetBytes(int64(len(others) / 5))
	p := new(Parser)
	p.Parse(log[:bytes.IndexByte(log, '\n')], new(Frame))
	skipped := 0
	for b.Loop() {
		if skipped == 0 {
			_, skipped = p.Skip(log)
		}
		skipped--
	}
}
