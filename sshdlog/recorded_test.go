package sshdlog

import (
	"os"
	"path/filepath"
	"testing"
)

// What a real sshd logged on one day is the same through each syslog and journal that it was
// recorded from.
func TestRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/recorded/day-info*")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	first := frames(t, "testdata/recorded/day-info.log")
	if len(first) < 50 {
		t.Fatalf("%d frames", len(first))
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			got := frames(t, name)
			if len(got) != len(first) {
				t.Fatalf("%d frames, not %d", len(got), len(first))
			}
			for i, f := range got {
				f.trust, f.cut, f.micro = first[i].trust, first[i].cut, first[i].micro
				if d := f.sec - first[i].sec; -1 <= d && d <= 1 {
					f.sec = first[i].sec // rsyslog's stamp, or sshd's own
				}
				if f != first[i] {
					t.Fatalf("got  %+v\nwant %+v", f, first[i])
				}
			}
		})
	}
}

func frames(t *testing.T, name string) []said {
	log, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, &Parser{Input: Detect(log), Clock: Clock{Year: 2026}}, log)
}
