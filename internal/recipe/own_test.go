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

// TestRunsCommand: whether another command connects, in the forms that the command line has.
func TestRunsCommand(t *testing.T) {
	for command, want := range map[string]bool{
		"rdnsproxy %h %p -- nc %h %p":                             true,
		"rdnsproxy -- %h %p -- nc %h %p":                          true,
		"rdnsproxy --policy strict %h %p -- nc %h %p":             true,
		"rdnsproxy --policy strict -- %h %p %n -- nc %h %p":       true,
		"rdnsproxy %h %p %n --policy strict -- nc %h %p":          true,
		"rdnsproxy %h %p -- nc":                                   true,
		"rdnsproxy '%h' '%p' -- nc %h %p":                         true,
		"rdnsproxy my.example.com 22 -- nc -X 5 -- %h %p":         true,
		"'/opt/a b/rdnsproxy' -v %h %p -- ncat --proxy p:1 %h %p": true,
		"rdnsproxy --check-wait 5 %h %p -- nc %h %p":              true,
		"rdnsproxy %h %p":                                         false,
		"rdnsproxy %h %p --":                                      false,
		"rdnsproxy -- %h %p":                                      false,
		"rdnsproxy -- %h %p %n":                                   false,
		"rdnsproxy --policy strict -- %h %p":                      false,
		"rdnsproxy --check-wait 5 -- %h %p":                       false,
		"rdnsproxy --check-wait 5 -- %h %p --":                    false,
		"nc %h %p -- rdnsproxy %h %p":                             false,
		"":                                                        false,
	} {
		t.Run(command, func(t *testing.T) {
			if got := RunsCommand(command); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
