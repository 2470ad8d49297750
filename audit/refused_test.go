package audit

import (
	"strings"
	"testing"

	"rdnsproxy/check"
)

// A list of from= that sshd has cut at 200 bytes is not shown as if it were whole, and its
// last entry, which may be a part of one, lets nobody in.
func TestRequiredIsCut(t *testing.T) {
	const a = "192.0.2.1"
	list := strings.Repeat("a.example.org,", 13) + "*.example.net,*.exam"
	for name, tt := range map[string]struct {
		list string
		code check.Code
		cut  bool
	}{
		"whole":          {list[:len(list)-len(",*.exam")], LoginRefusedByName, false},
		"cut":            {(list + "ple.com")[:200], LoginRefusedByName, true},
		"cut in the end": {strings.Repeat("a.example.org,", 13) + "a.example.co,*.exa", LoginRefusedFrom, true},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.cut != (len(tt.list) == 200) {
				t.Fatalf("the list has %d bytes", len(tt.list))
			}
			c := client(a, "key:4 user:backup from:"+tt.list)
			f := Judge(on(c), answers(answer(a, check.Exact, "x.example.net")), Options{}).finding(t, tt.code)
			if cut := strings.Contains(f.Text, `,..."`); cut != tt.cut {
				t.Errorf("cut is said: %t in %s", cut, f.Text)
			}
			if line := f.Advice[0].Line; (line == "") != tt.cut {
				t.Errorf("the line is %q", line)
			}
		})
	}
}
