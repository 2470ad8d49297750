package recipe

import "testing"

// TestRunsThisProgram: ProxyCommands as users write them.
func TestRunsThisProgram(t *testing.T) {
	for command, want := range map[string]bool{
		"rdnsproxy %h %p":            true,
		"/opt/rdnsproxy -- %h %p":    true,
		"'/opt/a b/rdnsproxy' %h %p": true,
		`"/opt/a b/rdnsproxy" %h`:    true,
		"exec rdnsproxy %h %p":       true,
		" rdnsproxy %h %p":           true,
		"C:/rdnsproxy.exe %h":        true,
		"":                           false,
		"nc rdnsproxy 22":            false,
		"'/opt/rdnsproxy b/nc' %h":   false,
		"'":                          false,
		"rdnsproxy-old %h %p":        false,
	} {
		t.Run(command, func(t *testing.T) {
			if got := RunsThisProgram(command); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
