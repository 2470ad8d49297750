package sshdlog

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// sameAs parses a line with two parsers, of which the second remembers no line's beginning, and
// complains if that makes a difference.
func sameAs(t *testing.T, p, fresh *Parser, line []byte) {
	t.Helper()
	var got, want Frame
	fresh.preface = preface{}
	g, w := p.Parse(line, &got), fresh.Parse(line, &want)
	if g != w || p.Last() != fresh.Last() || g >= OK && !reflect.DeepEqual(text(got), text(want)) {
		t.Errorf("%q\n after another line %v %+v\n as the first line %v %+v", line, g, text(got), w, text(want))
	}
}

// text has what a Frame has, with strings.
func text(f Frame) any {
	host, msg := string(f.Host), string(f.Msg)
	f.Host, f.Msg = nil, nil
	return struct {
		Frame
		Host, Msg string
	}{f, host, msg}
}

// TestAgain reads each log of the corpus three times over, so that each line comes after all
// kinds of others, and after itself.
func TestAgain(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	p, fresh := Parser{Clock: Clock{Year: 2026}}, Parser{Clock: Clock{Year: 2026}}
	again := 0
	for _, name := range files {
		log, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(log) {
			line = bytes.TrimSuffix(line, []byte("\n"))
			for range 3 {
				sameAs(t, &p, &fresh, line)
				if p.preface.used {
					again++
				}
			}
		}
	}
	if again < 1000 {
		t.Errorf("%d lines were read like the one before", again)
	}
}

// Lines read the same whatever lines came before them: how those began is only remembered to
// save time.
func FuzzAgain(f *testing.F) {
	addCorpus(f, func(line []byte) { f.Add(line) })
	const first = "Jan  5 00:00:01 web1 sshd[1]: Connection closed\n"
	for _, log := range [...]string{
		first + "Jan  5 00:00::1 web1 sshd[2]: Connection closed",
		first + "Jan  5 00:00.01 web1 sshd[2]: Connection closed",
		first + "Jan  5 00:00:61 web1 sshd[2]: Connection closed",
		first + "Jan  5 00:00: 1 web1 sshd[2]: Connection closed",
		first + "Jan  5 00:00:01 web1 sshd[]: Connection closed",
		first + "Jan  5 00:00:01 web1 sshd[4294967296]: Connection closed",
		first + "Jan  5 00:00:01 web1 sshd[2] <Notice>: Connection closed",
		first + "Jan  5 00:00:01 web1 sshd[2]:  \t[ID 1 auth.info] Connection closed \r",
		first + "Jan 5  0:00:01 web1 sshd[1]: Connection closed\nJan 5  0:00::15 web1 sshd[2]: Connection closed",
		first + "Dec 31 23:59:59 web1 cron[1]: x\nJan  5 00:00:01 web1 sshd[1]: Connection closed",
		"Jan  5 00:00:01.000001 web1 sshd[1]: Connection closed\nJan  5 00:00:02.0000001 web1 sshd[2]: Connection closed",
		"Jan  5 00:00:01.000001 web1 sshd[1]: Connection closed\nJan  5 00:00:02.00001  web1 sshd[2]: Connection closed",
		"2026-01-05T00:00:01+01:00 web1 sshd[1]: Connection closed\n2026-01-05T00:00.02+01:00 web1 sshd[2]: Connection closed",
		"2026-01-05T00:00:01+01:00 web1 sshd[1]: Connection closed\n2026-01-05T00:00:02-01:00 web1 sshd[2]: Connection closed",
		"2026-01-05T00:00:01 web1 sshd[1]: Connection closed\n" + first,
		"Jan  5 00:00:01 <a sshd[1]: this has no other bracket\nJan  5 00:00:01 <a sshd[2]: > web1 cron[3]: x has gone",
	} {
		f.Add([]byte(log))
	}
	f.Fuzz(func(t *testing.T, log []byte) {
		p, fresh := Parser{Clock: Clock{Year: 2026}}, Parser{Clock: Clock{Year: 2026}}
		for range 2 {
			for line := range bytes.SplitSeq(log, []byte("\n")) {
				sameAs(t, &p, &fresh, line)
			}
		}
	})
}
