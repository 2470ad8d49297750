package audit

import (
	"slices"
	"testing"

	"rdnsproxy/audit/tally"
)

// Who is looked up again, and in which order.
func TestRelevant(t *testing.T) {
	c := on(
		client("192.0.2.1", "failed:900"), client("192.0.2.2", "failed:9 bad:9 then:failed ptr:x"),
		client("192.0.2.3", "in:5"), client("192.0.2.4", "key:1 user:git"),
		client("192.0.2.5", "in:1 bad:1 then:failed ptr:x"), client("192.0.2.6", "in:7"),
		client("192.0.2.7", "failed:99 bad:9 then:failed ptr:x"), client("192.0.2.8", "knocked:1"))
	for _, tt := range []struct {
		limit int
		all   bool
		want  []string
	}{
		{0, false, []string{"5", "4", "6", "3", "7", "2"}},
		{3, false, []string{"5", "4", "6"}},
		{0, true, []string{"5", "4", "6", "3", "7", "2", "1", "8"}},
		{7, true, []string{"5", "4", "6", "3", "7", "2", "1"}},
	} {
		for range 2 {
			var got []string
			for _, a := range Relevant(c.Clients(), tt.limit, tt.all) {
				got = append(got, a.String()[len("192.0.2."):])
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%d, %t: %q, want %q", tt.limit, tt.all, got, tt.want)
			}
			slices.Reverse(c.clients) // in which order they come does not matter
		}
	}
	if got := Relevant(on().Clients(), 0, true); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// best keeps what sorting all would put first.
func TestBest(t *testing.T) {
	for n := range 9 {
		b := newBest(n, func(x, y int) int { return x - y })
		var all []int
		for i := range 100 {
			x := i * 37 % 101
			b.add(x)
			all = append(all, x)
		}
		slices.Sort(all)
		if got := b.sorted(); !slices.Equal(got, all[:n]) {
			t.Errorf("%d: %v", n, got)
		}
	}
}

var _ Counted = (*tally.Tally)(nil)
