//go:build bench

package main

import "slices"

// spread summarizes the ratios of rounds in which both sides ran one after the other,
// under the same load.
type spread struct {
	median    float64 // of the rounds' ratios
	mean      float64 // ratio of the means, which is what many sessions add up to
	low, high float64 // of the rounds' ratios
}

// compare takes a figure per round for each side.
func compare(ours, theirs []float64) spread {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / theirs[i]
	}
	return spread{median(ratios), mean(ours) / mean(theirs), slices.Min(ratios), slices.Max(ratios)}
}

func median(xs []float64) float64 {
	s := slices.Sorted(slices.Values(xs))
	n := len(s)
	if n%2 == 1 {
		return s[n/2]
	}
	return (s[n/2-1] + s[n/2]) / 2
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// each returns f of every figure.
func each[T any](xs []T, f func(T) float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = f(x)
	}
	return out
}
