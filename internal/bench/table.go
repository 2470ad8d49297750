//go:build bench

package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// table prints rows as they are measured, so that they are kept if a later measurement
// fails.
type table struct {
	out      io.Writer
	markdown bool
	missed   int
}

// columns are the columns of the table: 100 characters including the spaces between.
var columns = []struct {
	title string
	width int // negative: left-aligned
}{
	{"", -31}, {"rdnsproxy", 10}, {"beside", 10}, {"", -7}, {"median", 6}, {"mean", 5}, {"min-max", 9}, {"mark", -6}, {"met", -6},
}

const legend = `A row's ratio is rdnsproxy's figure by that of the program beside it. Each round runs both, one
right after the other: median and min-max are of the rounds' ratios, mean is the ratio of the means.
Marks are compared with figures as printed. zdns and massdns are measured where they are on PATH;
dnsperf only asks questions and judges nothing.`

func (t *table) begin(machine []string) {
	for _, line := range machine {
		if t.markdown {
			line = "- " + line
		}
		fmt.Fprintln(t.out, line)
	}
	fmt.Fprintln(t.out)
	var titles, rule []string
	for _, c := range columns {
		titles = append(titles, c.title)
		if dashes := strings.Repeat("-", max(abs(c.width), 3)); t.markdown && c.width > 0 {
			rule = append(rule, dashes[1:]+":")
		} else {
			rule = append(rule, dashes)
		}
	}
	t.line(titles)
	if t.markdown {
		t.line(rule)
	}
}

func (t *table) row(r row) {
	cells := r.cells()
	if cells[len(cells)-1] == "MISSED" {
		t.missed++
	}
	t.line(cells)
}

func (t *table) end() {
	fmt.Fprintf(t.out, "\n%s\n", legend)
	if t.missed > 0 {
		fmt.Fprintf(t.out, "\nMarks missed: %d.\n", t.missed)
	}
}

func (t *table) line(cells []string) {
	padded := make([]string, len(cells))
	for i, c := range cells {
		fill := strings.Repeat(" ", max(0, abs(columns[i].width)-utf8.RuneCountInString(c)))
		if columns[i].width < 0 {
			padded[i] = c + fill
		} else {
			padded[i] = fill + c
		}
	}
	if t.markdown {
		fmt.Fprintln(t.out, "| "+strings.Join(padded, " | ")+" |")
		return
	}
	fmt.Fprintln(t.out, strings.TrimRight(strings.Join(padded, " "), " "))
}

func abs(n int) int { return max(n, -n) }
