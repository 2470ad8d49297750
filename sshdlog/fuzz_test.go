package sshdlog

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"

	"rdnsproxy/limits"
)

func addCorpus(f *testing.F, add func(line []byte)) {
	files, err := filepath.Glob("testdata/framings/*")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		log, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.Lines(log[:min(len(log), 800)]) {
			add(bytes.TrimSuffix(line, []byte("\n")))
		}
	}
}

// Whatever a line holds, Parse gives a Frame that is sound: its slices lie within the line or
// the Parser's memory, its numbers within their bounds.
func FuzzParse(f *testing.F) {
	addCorpus(f, func(line []byte) {
		for _, input := range Framings() {
			f.Add(uint8(input), line)
		}
	})
	f.Fuzz(func(t *testing.T, input uint8, line []byte) {
		p := Parser{Input: Framing(input) % framings, Tags: []string{"sftp"}, Clock: Clock{Year: 2026}}
		fr := Frame{Cut: -1, Repeat: 7, Msg: []byte("old"), Host: []byte("old"), PID: 9}
		found := p.Parse(line, &fr)
		DateOf(line)
		if found < OK {
			return
		}
		if !within(fr.Msg, line) && !within(fr.Msg, p.scratch) || !within(fr.Host, line) && !within(fr.Host, p.scratch) && !within(fr.Host, p.host) {
			t.Errorf("host %q or message %q is not of the line", fr.Host, fr.Msg)
		}
		if fr.Repeat < 1 || fr.Repeat > limits.LogRepeat || fr.Cut < 0 || fr.Micro < -1 || fr.Micro > 999_999 ||
			fr.Trust > Stranger || fr.Program > Dropbear || fr.Time < 0 {
			t.Errorf("%+v", fr)
		}
		if long := len(line) > limits.LogLine; long && p.Input != JournalExport && len(fr.Msg) < fr.Cut {
			t.Error("the message of a line that is too long counts as whole")
		}
		q := Parser{Input: p.Input, Tags: p.Tags, Clock: Clock{Year: 2026}}
		var again Frame
		if q.Parse(line, &again) != found || !bytes.Equal(again.Msg, fr.Msg) || !bytes.Equal(again.Host, fr.Host) ||
			again.PID != fr.PID || again.Time != fr.Time || again.Cut != fr.Cut || again.Repeat != fr.Repeat {
			t.Errorf("what was in the Frame before matters: %+v %+v", fr, again)
		}
	})
}

func within(s, b []byte) bool {
	if len(s) == 0 {
		return true
	}
	at, start := uintptr(unsafe.Pointer(&s[0])), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return at >= start && at+uintptr(len(s)) <= start+uintptr(cap(b))
}

// Of an object that encoding/json accepts, both say the same.
func FuzzObject(f *testing.F) {
	addCorpus(f, func(line []byte) { f.Add(line) })
	for _, s := range hostileObjects {
		f.Add([]byte(s.line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var want map[string]json.RawMessage
		if len(line) == 0 || line[0] != '{' || !utf8.Valid(line) || json.Unmarshal(line, &want) != nil {
			return
		}
		p := new(Parser)
		n := p.readObject(line[1:], nil)
		if p.rec.other {
			return
		}
		if n == 0 || len(bytes.TrimRight(line[1+n:], " \t\r\n")) > 0 {
			t.Fatalf("not read: %s", line)
		}
		if p.rec.twice {
			return
		}
		var best [parts]uint8
		for name, raw := range want {
			to, rank := nameOf([]byte(name))
			if to == noPart || to == containerPart || raw[0] == '{' || best[to] != 0 && best[to] < rank {
				continue
			}
			best[to] = rank
			if p.rec.value[to].rank != rank {
				continue // a nested object has a better one, or the name stands twice
			}
			got, ok := p.text(p.rec.value[to])
			var text string
			if json.Unmarshal(raw, &text) != nil {
				if raw[0] == '"' || raw[0] != '[' && string(got) != string(raw) {
					t.Errorf("%s: %s: %q", name, raw, got)
				}
			} else if !ok || string(got) != text {
				t.Errorf("%s: %q, want %q", name, got, text)
			}
		}
	})
}

// Fields come back as they were written, whatever they hold, and whatever is between them.
func FuzzExport(f *testing.F) {
	export, err := os.ReadFile("testdata/framings/journal.export")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(export, []byte("a\nb"))
	f.Add([]byte("MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffx\n\n"), []byte("x"))
	f.Add([]byte("MESSAGE\n\x01\x00\x00\x00\x00\x00\x00\x00xy\n\n"), []byte(""))
	f.Add([]byte("\n\n\nX=1\n\n\n_UID=1"), []byte("\n\n"))
	f.Add([]byte("NOVALUE"), []byte("="))
	f.Fuzz(func(t *testing.T, log, msg []byte) {
		x := NewExportReader(bytes.NewReader(log))
		for range len(log) + 1 {
			r, err := x.Next()
			if err != nil {
				if err != io.EOF && err != io.ErrUnexpectedEOF && !errors.Is(err, errExport) {
					t.Error(err)
				}
				break
			}
			if len(r) > len(log) {
				t.Errorf("a record of %d bytes out of %d", len(r), len(log))
			}
			p := Parser{Input: JournalExport}
			p.Parse(r, new(Frame))
		}

		msg = msg[:min(len(msg), 400)]
		var b bytes.Buffer
		b.WriteString("__REALTIME_TIMESTAMP=1795637304687462\nOTHER\n")
		field := func(v []byte) { b.Write(append(binary.LittleEndian.AppendUint64(nil, uint64(len(v))), v...)) }
		field(log)
		b.WriteString("\nSYSLOG_IDENTIFIER=sshd\nMESSAGE\n")
		field(msg)
		b.WriteString("\n_UID=1000\n\n")
		x = NewExportReader(&b)
		r, err := x.Next()
		p := Parser{Input: JournalExport}
		var fr Frame
		if err != nil || p.Parse(r, &fr) != OK || fr.UID != 1000 || fr.Trust != Local {
			t.Fatalf("%v %q %+v", err, r, fr)
		}
		if !bytes.Contains(msg, fr.Msg) {
			t.Errorf("%q became %q", msg, fr.Msg)
		}
		if _, err := x.Next(); err != io.EOF {
			t.Error(err)
		}
	})
}

var hostileObjects = []struct {
	name, line string
	found      Found
	msg        string
}{
	{"an escape in a name", `{"MESS\u0041GE":"MSG","SYSLOG_IDENTIFIER":"sshd","__REALTIME_TIMESTAMP":"1"}`, OK, "MSG"},
	{"escapes", `{"message":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00|","program":"sshd"}`, OK, "\"\\/\b\f\n\r\té😀|"},
	{"half a surrogate pair", `{"message":"a\ud83dz\ude00\ud83d\u0041","program":"sshd"}`, OK, "a\ufffdz\ufffd\ufffdA"},
	{"an invalid escape", `{"message":"\x41","program":"sshd"}`, NotFramed, ""},
	{"a short escape", `{"message":"\u00e","program":"sshd"}`, NotFramed, ""},
	{"a member twice", `{"program":"sshd","message":"a","message":"b"}`, NotFramed, ""},
	{"the program twice", `{"program":"cron","program":"sshd","message":"b"}`, NotFramed, ""},
	{"two names for the program", `{"tag":"sshd[1]:","programname":"cron","message":"b"}`, OtherProgram, ""},
	{"nothing", `{}`, NotFramed, ""},
	{"not whole", `{"program":"sshd","message":"a"`, NotFramed, ""},
	{"not whole, in a string", `{"program":"sshd","message":"a`, NotFramed, ""},
	{"not whole, in an escape", `{"program":"sshd","message":"a\`, NotFramed, ""},
	{"more behind it", `{"program":"sshd","message":"a"}x`, NotFramed, ""},
	{"a comma too many", `{"program":"sshd","message":"a",}`, NotFramed, ""},
	{"no colon", `{"program" "sshd"}`, NotFramed, ""},
	{"blanks", ` {"program":"sshd"}`, NotFramed, ""},
	{"blanks within", "{ \"program\" :\t\"sshd\" , \"message\"\r: \"MSG\" } \r", OK, "MSG"},
	{"braces in strings", `{"x":"}\"","y":{"z":"]}{["},"program":"sshd","message":"MSG"}`, OK, "MSG"},
	{"nested members are others", `{"x":{"message":"b","program":"cron"},"program":"sshd","message":"MSG"}`, OK, "MSG"},
	{"a message of another type", `{"program":"sshd","message":{"a":1}}`, NotFramed, ""},
	{"a message that is a number", `{"program":"sshd","message":17}`, OK, "17"},
	{"a program of another type", `{"program":["a",{}],"message":"MSG"}`, OtherProgram, ""},
	{"bytes", `{"SYSLOG_IDENTIFIER":"sshd","MESSAGE":[77,83,71,0,233],"__REALTIME_TIMESTAMP":"1"}`, OK, "MSG\x00\xe9"},
	{"no bytes", `{"SYSLOG_IDENTIFIER":"sshd","MESSAGE":[77,256],"__REALTIME_TIMESTAMP":"1"}`, NotFramed, ""},
	{"null", `{"SYSLOG_IDENTIFIER":"sshd","MESSAGE":null,"__REALTIME_TIMESTAMP":"1"}`, OK, ""},
	{"fields that stood there twice", `{"SYSLOG_IDENTIFIER":["sshd","cron"],"MESSAGE":["MSG","b"],"__REALTIME_TIMESTAMP":"1"}`, OK, "MSG"},
	{"bytes that stood there twice", `{"SYSLOG_IDENTIFIER":"sshd","MESSAGE":[[77,83,71],[1]],"__REALTIME_TIMESTAMP":"1"}`, OK, "MSG"},
	{"a forged line in another's message", `{"SYSLOG_IDENTIFIER":"su","MESSAGE":"sshd[1]: Accepted","__REALTIME_TIMESTAMP":"1"}`,
		OtherProgram, ""},
	{"deep", `{"x":` + strings.Repeat(`[{"a":`, 5000) + `1` + strings.Repeat(`}]`, 5000) + `,"program":"sshd","message":"MSG"}`, OK, "MSG"},
	{"deeper", `{"x":` + strings.Repeat(`[`, 60000) + `}`, NotFramed, ""},
	{"a nested object that is none", `{"host":{"name" "x"},"program":"sshd","message":"a"}`, NotFramed, ""},
	{"a nested object that ends in a comma", `{"host":{"name":"x",},"program":"sshd","message":"a"}`, NotFramed, ""},
	{"host in host", strings.Repeat(`{"host":`, 8000), NotFramed, ""},
}

func TestHostileObjects(t *testing.T) {
	for _, c := range hostileObjects {
		var p Parser
		var f Frame
		if found := p.Parse([]byte(c.line), &f); found != c.found || found == OK && string(f.Msg) != c.msg {
			t.Errorf("%s: %v %q", c.name, found, f.Msg)
		}
	}
}

// Parse says OtherProgram of each line that Skip skips, and its clock stays as it was.
func FuzzSkip(f *testing.F) {
	first := "Nov 25 20:08:24 fs1 sshd[1]: x\n"
	addCorpus(f, func(line []byte) {
		f.Add([]byte(first + "Nov 25 20:08:24 fs1 cron[3]: " + string(line) + "\n" + string(line) + "\n"))
		f.Add([]byte(string(line) + "\n" + string(line) + "\n"))
	})
	for _, tag := range []string{
		"sshd[1]", "sshd", "cron", "su", "/usr/sbin/sshd[1]", "/x/cron", "auth.info sshd", "auth|security:info sshd", "last message repeated 2 times",
		"fs1", "dropbear[1]", "sftp", "sshd(pam_unix)[1]", "d", "stderr F", "sshd-session", "[x", "<auth.info> x", "a b",
	} {
		for _, stamp := range []string{"Nov 25 20:08:25 ", "2026-11-25T20:08:25Z "} {
			line := stamp + tag + ": a message of another program\n"
			f.Add([]byte(first + line + stamp + "fs1 " + tag + ": a message of another program\n"))
			f.Add([]byte("2026-11-25T20:08:24Z fs1 sshd[1]: x\n" + line + stamp + "fs1 " + tag + ": a message of another program\n"))
		}
	}
	for _, s := range []string{
		"Nov 25 20:08:\n0 0: 0000000000000000000000000000000000000\n",
		"Nov 25 20:08:24xfs1 cron[3]: a message of another program\n",
		"Nov 25 20:08:24 <a b[c> sshd[1]: a message of the server\n",
		"Nov 25 20:08:24 [sshd] a: a message of the server, metalog\n",
		"Nov 25 20:08:24 fs1 auth:info sshd[1]: a message of the server\n",
		"Nov 25 20:08:24 fs1 /a/b/sshd[1]: a message of the server\n",
		"Dec 25 20:08:24 fs1 cron[1]: a message of another program\n",
	} {
		f.Add([]byte(first + s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p := Parser{Tags: []string{"sftp"}, Clock: Clock{Year: 2026}}
		var fr Frame
		for len(text) > 0 {
			line, rest, _ := bytes.Cut(text, []byte("\n"))
			text = rest
			p.Parse(line, &fr)
			n, lines := p.Skip(text)
			if bytes.Count(text[:n], []byte("\n")) != lines || n > 0 && text[n-1] != '\n' {
				t.Fatalf("%d lines of %d bytes: %q", lines, n, text)
			}
			before := p.Clock
			before.inLocal = false
			for line := range bytes.Lines(text[:n]) {
				if found := p.Parse(bytes.TrimSuffix(line, []byte("\n")), &fr); found != OtherProgram || p.Clock != before {
					t.Errorf("%q: %v, clock %v and then %v", line, found, before, p.Clock)
				}
			}
			text = text[n:]
		}
	})
}
