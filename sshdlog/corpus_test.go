package sshdlog

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A frame as the tests compare it.
type said struct {
	host     string
	pid      uint32
	sec      int64
	micro    int32
	msg      string
	trust    Trust
	cut      int
	repeated uint32
}

// lost is what a framing does not say, or says of all its records.
type lost struct {
	host, pid, time, micro, millis bool
	root, stranger                 bool   // what Trust is; else Unknown
	cut                            int    // 0: 500
	in                             string // the container
	input                          Framing
	is                             Framing // what Last returns; Auto: Syslog
}

// corpus has the framings in which testdata/framings has the same ten messages.
var corpus = map[string]lost{
	"rfc3164.log":             {micro: true},
	"rfc3164-crlf.log":        {micro: true},
	"rfc3164-priority.log":    {micro: true},
	"rfc3164-no-host.log":     {micro: true, host: true},
	"syslog-ng-chain.log":     {micro: true},
	"freebsd-v.log":           {micro: true},
	"busybox.log":             {micro: true, cut: 235},
	"openwrt.log":             {micro: true, host: true},
	"aix.log":                 {micro: true},
	"solaris.log":             {micro: true},
	"macos-asl.log":           {micro: true},
	"macos.log":               {},
	"metalog.log":             {micro: true, host: true, pid: true},
	"rfc3339.log":             {},
	"rfc5424.log":             {is: RFC5424},
	"rfc5424-data.log":        {is: RFC5424},
	"rfc5424-counted.log":     {is: RFC5424},
	"aix-forwarded.log":       {micro: true},
	"windows.log":             {host: true, millis: true},
	"windows-7.7.log":         {host: true, time: true},
	"bare.log":                {host: true, pid: true, time: true, cut: cutBare, stranger: true, input: Bare, is: Bare},
	"loose.log":               {host: true, time: true, stranger: true, input: Loose, is: Loose},
	"docker.json":             {host: true, pid: true, cut: cutBare, stranger: true, is: Docker},
	"docker-syslog.json":      {stranger: true, is: Docker},
	"cri.log":                 {host: true, pid: true, cut: cutBare, stranger: true, is: CRI},
	"rsyslog-jsonf.json":      {is: JSON},
	"rsyslog-jsonmesg.json":   {is: JSON},
	"syslog-ng.json":          {micro: true, is: JSON},
	"fluentd.json":            {micro: true, is: JSON},
	"vector.json":             {is: JSON},
	"ecs.json":                {millis: true, is: JSON},
	"ecs-dotted.json":         {millis: true, is: JSON},
	"filebeat.json":           {is: JSON},
	"container.json":          {host: true, pid: true, cut: cutBare, stranger: true, is: JSON},
	"filebeat-container.json": {in: "sshd-0", millis: true, pid: true, cut: cutBare, stranger: true, is: JSON},
	"fluentbit.json":          {in: "sshd-0", micro: true, pid: true, cut: cutBare, stranger: true, is: JSON},
	"docker-tag.json":         {in: "sshd-0", host: true, pid: true, cut: cutBare, stranger: true, is: Docker},
	"docker-fluentd.json":     {in: "sshd-0", micro: true, stranger: true, is: JSON},
	"journal.export":          {root: true, input: JournalExport, is: JournalExport},
}

func want(t *testing.T, l lost) (all []said) {
	file, err := os.ReadFile("testdata/framings/want.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		w := said{host: "fs1", trust: Unknown, cut: 500, repeated: 1}
		column := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
		if _, err := fmt.Sscan(strings.Join(column[:3], " "), &w.sec, &w.micro, &w.pid); err != nil {
			t.Fatal(err)
		}
		w.msg = column[3]
		if l.host {
			w.host = ""
		}
		if l.in != "" {
			w.host = strings.TrimPrefix(w.host+"/"+l.in, "/")
		}
		if l.pid {
			w.pid = 0
		}
		if l.time {
			w.sec, w.micro = 0, -1
		}
		if l.micro {
			w.micro = -1
		}
		if l.millis {
			w.micro -= w.micro % 1000
		}
		if l.cut != 0 {
			w.cut = l.cut
		}
		if l.root {
			w.trust = Root
		}
		if l.stranger {
			w.trust = Stranger
		}
		all = append(all, w)
	}
	return all
}

// read parses a log as a reader of files does.
func read(t *testing.T, p *Parser, log []byte) (all []said) {
	records := bytes.Split(bytes.TrimSuffix(log, []byte("\n")), []byte("\n"))
	if p.Input == JournalExport {
		records = nil
		x := NewExportReader(bytes.NewReader(log))
		for {
			r, err := x.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, bytes.Clone(r))
		}
	}
	for _, r := range records {
		var f Frame
		switch found := p.Parse(r, &f); found {
		case OK:
			all = append(all, said{string(f.Host), f.PID, f.Time, f.Micro, string(f.Msg), f.Trust, f.Cut, f.Repeat})
		case NotFramed:
			t.Errorf("not framed: %s", r)
		}
	}
	return all
}

// The same messages are the same in every framing.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/framings/*")
	if err != nil || len(files) != len(corpus)+1 {
		t.Errorf("%d files, %d in the table (%v)", len(files)-1, len(corpus), err)
	}
	for name, l := range corpus {
		t.Run(name, func(t *testing.T) {
			log, err := os.ReadFile("testdata/framings/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if got := Detect(log); got != l.input {
				t.Errorf("Detect: %v", got)
			}
			p := Parser{Input: l.input, Clock: Clock{Year: 2026}}
			got := read(t, &p, log)
			if l.cut == 235 { // BusyBox
				for i := range got {
					got[i].cut += len("sshd[]: ") + len(fmt.Sprint(got[i].pid))
					if got[i].pid == 382 {
						got[i].cut += len("-session")
					}
					if got[i].pid == 383 {
						got[i].cut += len("-auth")
					}
				}
			}
			compare(t, got, want(t, l))
			is := l.is
			if is == Auto {
				is = Syslog
			}
			if p.Last() != is {
				t.Errorf("Last: %v, want %v", p.Last(), is)
			}
			if l.input == Auto { // asked for by name
				q := Parser{Input: is, Clock: Clock{Year: 2026}}
				if asked := read(t, &q, log); fmt.Sprint(asked) == "" || len(asked) != 10 {
					t.Errorf("with Input %v: %d frames", is, len(asked))
				}
			}
		})
	}
}

func compare(t *testing.T, got, want []said) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d frames, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("got  %+v\nwant %+v", got[i], want[i])
		}
	}
}

// What the real journalctl makes of a journal, in each of its output modes, is the same too.
func TestJournalctl(t *testing.T) {
	dir := t.TempDir()
	journal := filepath.Join(dir, "fs1.journal")
	remote := exec.Command("/lib/systemd/systemd-journal-remote", "-o", journal, "testdata/framings/journal.export")
	if out, err := remote.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, "make test installs systemd-journal-remote")
	}
	for mode, l := range map[string]lost{
		"short":             {micro: true},
		"short-full":        {micro: true},
		"short-iso":         {micro: true},
		"short-iso-precise": {},
		"short-precise":     {},
		"short-unix":        {},
		"short-monotonic":   {time: true},
		"short-delta":       {time: true},
		"with-unit":         {micro: true},
		"json":              {root: true, is: JournalJSON},
		"json-seq":          {root: true, is: JournalJSON},
		"json-sse":          {root: true, is: JournalJSON},
		"export":            {root: true, is: JournalExport, input: JournalExport},
		"cat":               {host: true, pid: true, time: true, cut: cutBare, stranger: true, input: Bare, is: Bare},
	} {
		t.Run(mode, func(t *testing.T) {
			arg := []string{"--file", journal, "-o", mode, "--no-pager", "--utc"}
			if mode == "cat" { // has no tags
				arg = append(arg, "-t", "sshd", "-t", "sshd-session", "-t", "sshd-auth")
			}
			out, err := exec.Command("journalctl", arg...).Output()
			if err != nil {
				t.Fatal(err)
			}
			out = bytes.ReplaceAll(out, []byte("\n\ndata: "), []byte("\ndata: "))
			if l.input == Auto {
				out = bytes.TrimRight(out, "\n")
			}
			p := Parser{Input: Detect(out), Clock: Clock{Year: 2026}}
			if p.Input != l.input {
				t.Errorf("Detect: %v", p.Input)
			}
			compare(t, read(t, &p, out), want(t, l))
			if l.is != Auto && p.Last() != l.is {
				t.Errorf("Last: %v", p.Last())
			}
		})
	}
}
