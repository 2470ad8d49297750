//go:build bench

package main

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want float64
	}{
		{[]float64{3}, 3},
		{[]float64{4, 1}, 2.5},
		{[]float64{9, 1, 5}, 5},
		{[]float64{100, 2, 4, 1}, 3},
	} {
		in := slices.Clone(c.in)
		if got := median(in); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.in, got, c.want)
		}
		if !slices.Equal(in, c.in) {
			t.Errorf("median reorders its argument: the rounds' order is what pairs them")
		}
	}
}

// A round in which everything was slow must not matter: ratios are taken per round.
func TestCompareByRounds(t *testing.T) {
	s := compare([]float64{2, 20, 3}, []float64{1, 10, 2})
	if s.median != 2 || s.low != 1.5 || s.high != 2 {
		t.Errorf("got %+v", s)
	}
	if want := 25.0 / 13; math.Abs(s.mean-want) > 1e-9 {
		t.Errorf("mean %v, want the ratio of the means, %v", s.mean, want)
	}
}

// Marks are compared with the figures as printed.
func TestMarks(t *testing.T) {
	for _, c := range []struct {
		mark    mark
		figures []float64
		want    string
	}{
		{atMost(1.5), []float64{1.504}, "yes"},
		{atMost(1.5), []float64{1.506}, "MISSED"},
		{atLeast(1.7), []float64{1.696}, "yes"},
		{atLeast(1.7), []float64{1.694}, "MISSED"},
		{atLeast(1), []float64{1.1, 0.99}, "MISSED"},
		{about(0.05), []float64{1.05}, "yes"},
		{about(0.05), []float64{0.95}, "yes"},
		{about(0.05), []float64{0.94}, "MISSED"},
		{atMost(0), []float64{0}, "yes"},
		{atMost(1), []float64{math.NaN()}, "MISSED"},
		{mark{}, []float64{7}, ""},
	} {
		if got := c.mark.met(c.figures...); got != c.want {
			t.Errorf("%s of %v: %q, want %q", c.mark.shown, c.figures, got, c.want)
		}
	}
}

// Every contender runs in every round, and each goes first equally often.
func TestTakeTurns(t *testing.T) {
	var order strings.Builder
	c := func(name string, n int64) contender {
		return contender{name, func(context.Context) (cost, error) {
			order.WriteString(name)
			return cost{bytes: n}, nil
		}}
	}
	runs, err := takeTurns(t.Context(), 3, c("a", 1), c("b", 2), c("c", 3))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := order.String(), "cab"+"abc"+"bca"+"cab"; got != want {
		t.Errorf("ran %s, want %s", got, want)
	}
	for i, r := range runs {
		if len(r) != 3 || r[0].bytes != int64(i+1) {
			t.Errorf("contender %d: %v", i, r)
		}
	}
}

func TestTable(t *testing.T) {
	rows := []row{
		{what: "session up", unit: rate, than: "nc", mark: atLeast(1), meanToo: true,
			ours: []float64{gib, 2 * gib, 3 * gib}, theirs: []float64{gib, gib, gib}},
		{what: "reader stalled for 3 s, CPU", unit: seconds, than: "nc", mark: atMost(0.05), absolute: true,
			ours: []float64{0.2}, theirs: []float64{0.1}},
	}
	var plain, md strings.Builder
	for _, tb := range []*table{{out: &plain}, {out: &md, markdown: true}} {
		tb.begin([]string{"a machine"})
		for _, r := range rows {
			tb.row(r)
		}
		tb.end()
		if tb.missed != 1 {
			t.Errorf("%d marks missed, want 1", tb.missed)
		}
	}
	for line := range strings.Lines(plain.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
	const want = "session up                      2.00 GiB/s 1.00 GiB/s nc        2.00  2.00 1.00-3.00 ≥1     yes\n"
	if !strings.Contains(plain.String(), want) {
		t.Errorf("no line %q in:\n%s", want, plain.String())
	}
	if !strings.Contains(md.String(), "| session up ") || !strings.Contains(md.String(), "| MISSED |") {
		t.Errorf("Markdown:\n%s", md.String())
	}
}
