//go:build bench

package main

import (
	"fmt"
	"math"
	"strconv"
)

// mark is the range that a figure should be in; the zero mark is none.
type mark struct {
	low, high float64 // inclusive; infinite without a bound
	shown     string
}

func atMost(x float64) mark  { return mark{math.Inf(-1), x, "≤" + bound(x)} }
func atLeast(x float64) mark { return mark{x, math.Inf(1), "≥" + bound(x)} }

// about returns a range around 1.
func about(width float64) mark {
	return mark{1 - width, 1 + width, "1±" + bound(width)}
}

func bound(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// met compares a figure as printed, so that a reader comes to the same conclusion:
// "yes", "MISSED", or "" without a mark.
func (m mark) met(figures ...float64) string {
	if m.shown == "" {
		return ""
	}
	for _, x := range figures {
		if x = printed(x); !(x >= m.low-1e-9 && x <= m.high+1e-9) {
			return "MISSED"
		}
	}
	return "yes"
}

// figure formats ratios and other figures without a unit, in four columns up to a
// thousand.
func figure(x float64) string {
	switch {
	case x < 9.995:
		return fmt.Sprintf("%.2f", x)
	case x < 99.95:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

// printed returns the figure as the reader sees it.
func printed(x float64) float64 {
	x, _ = strconv.ParseFloat(figure(x), 64)
	return x
}
