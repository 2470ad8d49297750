package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rdnsproxy/limits"
)

// counter counts words, each exactly; beyond limits.Counted different ones it counts all
// others as one.
type counter struct {
	of     map[string]int
	others int
}

// add counts a word, and reports whether it is counted by itself.
func (c *counter) add(word string) bool {
	if _, known := c.of[word]; !known && len(c.of) >= limits.Counted {
		c.others++
		return false
	}
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[word]++
	return true
}

// top returns the words, the most frequent first.
func (c *counter) top() []string {
	return slices.SortedFunc(maps.Keys(c.of), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.of[b], c.of[a]), strings.Compare(a, b))
	})
}

// grouped formats a number for people: 1,000,000.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
