//go:build linux

package e2e

import (
	"strings"
	"testing"
)

// A user who silences ssh's warnings silences the relay's too; errors are still printed,
// and the log file has everything.
func TestLogLevel(t *testing.T) {
	const level = "LogLevel "
	scp := []string{"scp", "my.example.com:.ssh/id", "copy"}
	for _, c := range []struct {
		config string
		argv   []string
		warns  bool
	}{
		{"", []string{"ssh", "my.example.com", "true"}, true},
		{"", []string{"ssh", "-q", "my.example.com", "true"}, false},
		{"", []string{"ssh", "my.example.com", "-Tq", "true"}, false},
		{"", []string{"ssh", "-o", "LogLevel=QUIET", "my.example.com", "true"}, false},
		{"", []string{"ssh", "-oLogLevel fatal", "my.example.com", "true"}, false},
		{"", []string{"ssh", "-oLogLevel=Error", "my.example.com", "true"}, false},
		{"", []string{"ssh", "-oLogLevel=INFO", "my.example.com", "true"}, true},
		{"", scp, true},
		{"", append([]string{"scp", "-q"}, scp[1:]...), false},
		{"", []string{"sftp", "-q", "my.example.com:.ssh/id", "copy"}, false},
		{"Host other\n\t" + level + "ERROR\n", []string{"ssh", "my.example.com", "true"}, true},
		{"Host my.*\n\t" + level + "ERROR\n", []string{"ssh", "my.example.com", "true"}, false},
		{"Host my.*\n\t" + level + "ERROR\n", []string{"ssh", "-oLogLevel=info", "my.example.com", "true"}, true},
		{"Match host my.example.com\n\t" + level + "quiet\n", []string{"ssh", "my.example.com", "true"}, false},
		{level + "VERBOSE\n", []string{"ssh", "-q", "my.example.com", "true"}, false},
	} {
		for _, more := range []string{"", "--log-file " + home + "/log "} {
			v := newVisit(t)
			v.sshConfig(c.config + "Host *\n\tProxyCommand rdnsproxy " + more + "%h %p\n")
			o := v.run(c.argv...)
			if warned := strings.Contains(o.err, articleWarning); o.status != 0 || warned != c.warns || !c.warns && strings.Contains(o.err, "rdnsproxy") {
				t.Errorf("%s%q: %+v, want a warning: %v", c.config, c.argv, o, c.warns)
			}
			if more != "" && !strings.Contains(v.content(home+"/log"), " unresolvable ") {
				t.Errorf("%s%q: log %q", c.config, c.argv, v.content(home+"/log"))
			}
		}
	}
	v := newVisit(t)
	if o := v.run("ssh", "-q", "-p", "2022", "my.example.com", "true"); o.status != 255 || !strings.HasPrefix(o.err, "rdnsproxy: error: ") {
		t.Errorf("an error: %+v", o)
	}
}
