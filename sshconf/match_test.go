package sshconf

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		list, name       string
		fold             bool
		matched, negated bool
	}{
		{"web", "web", false, true, false},
		{"web", "Web", false, false, false},
		{"web", "Web", true, true, false},
		{"WEB", "web", true, true, false},
		{"*.example.com", "a.b.example.com", false, true, false},
		{"*.example.com", "example.com", false, false, false},
		{"web?", "web", false, false, false},
		{"web?", "web1", false, true, false},
		{"a,b,c", "b", false, true, false},
		{"*,!b", "b", false, false, true},
		{"!b,*", "b", false, false, true},
		{"!b", "a", false, false, false},
		{"!b,!c", "a", false, false, false},
		{"[web]:2222", "[web]:2222", true, true, false},
		{"", "", false, false, false},
		{"", "a", false, false, false},
		{"a,,b", "", false, true, false},
		{"*", "", false, true, false},
		{"a b", "a b", false, true, false},
		{"x,y ", "y", false, false, false}, // blanks are part of a pattern
		{"!", "", false, false, true},
		{strings.Repeat("a", 1022), strings.Repeat("a", 1022), false, true, false},
		{"b," + strings.Repeat("a", 1023) + ",b", "b", false, false, false},
		{strings.Repeat("*a", 500), strings.Repeat("a", 5000) + "b", false, false, false}, // in no time
	} {
		matched, negated := Match(c.list, c.name, c.fold)
		if matched != c.matched || negated != c.negated {
			t.Errorf("Match(%.40q, %.40q, %v) = %v, %v", c.list, c.name, c.fold, matched, negated)
		}
	}
}

// matchSlowly is match_pattern by its definition.
func matchSlowly(pattern, name string) bool {
	switch {
	case pattern == "":
		return name == ""
	case pattern[0] == '*':
		return matchSlowly(pattern[1:], name) || name != "" && matchSlowly(pattern, name[1:])
	case name == "":
		return false
	}
	return (pattern[0] == '?' || pattern[0] == name[0]) && matchSlowly(pattern[1:], name[1:])
}

// FuzzMatchPattern: the matcher agrees with the definition, and a name fits
// itself with any byte replaced by a wildcard.
func FuzzMatchPattern(f *testing.F) {
	for _, s := range [][2]string{{"*a*b?", "xaxbb"}, {"**", ""}, {"?", "\x00"}, {"a*", "a"},
		{"*.example.*", "web.example.com"}, {"!a,b", "a"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 12 || len(name) > 24 {
			return // the definition is exponential
		}
		got := MatchPattern(pattern, name)
		if want := matchSlowly(pattern, name); got != want {
			t.Errorf("MatchPattern(%q, %q) = %v, want %v", pattern, name, got, want)
		}
		for i := range name {
			for _, wild := range []string{"?", "*", "**"} {
				if !strings.ContainsAny(name, "*?") && !MatchPattern(name[:i]+wild+name[i+1:], name) {
					t.Errorf("%q with %s at %d does not fit", name, wild, i)
				}
			}
		}
		if matched, negated := Match(pattern, name, false); matched && negated {
			t.Error("matched and negated")
		} else if !strings.ContainsAny(pattern, ",!") && pattern != "" && matched != got {
			t.Errorf("Match(%q, %q) = %v", pattern, name, matched)
		}
	})
}
