package shard

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"rdnsproxy/check"
)

// TestMergeSum: as many results as the end of a file counts do not do, they have to be of its
// targets, in whatever order.
func TestMergeSum(t *testing.T) {
	a, b := resultLine("a", check.Pass), resultLine("b", check.Pass)
	pair := string(AppendPair([]byte(a), netip.MustParseAddr("192.0.2.1")))
	for _, tt := range []struct {
		has, says []string
		refused   bool
	}{
		{[]string{a, b}, []string{a, b}, false},
		{[]string{b, a}, []string{a, b}, false},
		{[]string{a, a}, []string{a, a}, false},
		{[]string{a, a}, []string{a, b}, true},
		{[]string{a, b}, []string{a, a}, true},
		{[]string{a, b}, []string{pair, b}, true},
	} {
		var sum Sum
		for _, line := range tt.says {
			sum.Add([]byte(line))
		}
		text := string(Begin{}.Line()) + strings.Join(tt.has, "") +
			string(End{Complete: true, Targets: len(tt.has), Sum: sum.String()}.Line())
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		out.WriteString(text)
		out.Close()
		_, fromFile := merged(t, plainFile(t, text))
		m, fromPipe := Merge([]string{"-"}, in, false)
		if fromPipe == nil {
			for _, fromPipe = range m.Results() {
			}
		}
		for kind, err := range map[string]error{"file": fromFile, "pipe": fromPipe} {
			if (err != nil) != tt.refused || err != nil && !strings.Contains(err.Error(), "its results are not of the targets") {
				t.Errorf("%s of %q, whose end is of %q: %v", kind, tt.has, tt.says, err)
			}
		}
	}
}
