package target

import (
	"testing"

	"rdnsproxy/internal/console"
)

// NO_PROXY is read as curl reads it.
func TestNoProxy(t *testing.T) {
	for list, spared := range map[string]bool{
		"":                                false,
		"web.example.com":                 true,
		"WEB.example.com.":                true,
		"example.com":                     true,
		".example.com":                    true,
		"*":                               true,
		"b.example.com":                   false,
		"x.example.com,y":                 false,
		"x.example.com, ,web.example.com": true,
		"x.example.com example.com":       true,
		"x\texample.com. ":                true,
		"web.example.com:22":              true,
		"web.example.com:23":              false,
	} {
		spares := noProxy(console.World{Env: []string{"NO_PROXY=" + list}})
		for _, host := range []string{"web.example.com", "web.example.com."} {
			if got := spares(host, 22); got != spared {
				t.Errorf("%q, %s: %t", list, host, got)
			}
		}
	}
}
