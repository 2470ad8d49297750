package console

import "testing"

// TestRunsThisProgram: which ProxyCommands are this program, as people write them.
func TestRunsThisProgram(t *testing.T) {
	for command, want := range map[string]bool{
		"rdnsproxy %h %p": true, "/opt/rdnsproxy -- %h %p": true, "'/opt/a b/rdnsproxy' %h %p": true, `"/opt/a b/rdnsproxy" %h`: true,
		"exec rdnsproxy %h %p": true, " rdnsproxy %h %p": true, "C:/rdnsproxy.exe %h": true,
		"": false, "nc rdnsproxy 22": false, "'/opt/rdnsproxy b/nc' %h": false, "'": false, "rdnsproxy-old %h %p": false,
	} {
		if got := RunsThisProgram(command); got != want {
			t.Errorf("%s: %v", command, got)
		}
	}
}
