//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
)

// TestExampleSystemd: systemd finds nothing wrong with the units, and what they run does
// what their comments say.
func TestExampleSystemd(t *testing.T) {
	v := newVisit(t)
	dir := home + "/units"
	v.must(os.MkdirAll(dir, 0o755))
	var starts []string
	for _, unit := range []string{"sshd-audit.service", "sshd-audit.timer"} {
		b, err := os.ReadFile("../examples/systemd/" + unit)
		v.must(err)
		text := strings.ReplaceAll(string(b), "/usr/bin/rdnsproxy", program)
		v.write(dir+"/"+unit, text)
		for line := range strings.Lines(text) {
			if command, ok := strings.CutPrefix(line, "ExecStart="); ok {
				starts = append(starts, strings.TrimSpace(command))
			}
		}
	}
	verify := v.command("systemd-analyze", "verify", "--recursive-errors=no", dir+"/sshd-audit.timer", dir+"/sshd-audit.service")
	verify.SysProcAttr.Credential = nil
	o := v.finish(verify, nil)
	if o.status != 0 || strings.Contains(o.err, "sshd-audit") {
		t.Errorf("%+v", o)
	}
	if len(starts) != 2 {
		t.Fatalf("%q", starts)
	}
	b, err := os.ReadFile(recorded + "day-info.log")
	v.must(err)
	v.write(home+"/auth.log", string(b))
	for _, command := range starts {
		// systemd splits at blanks too; the log stands in for this machine's.
		command = strings.ReplaceAll(command, "--since -1d", "--since -365d")
		command = strings.ReplaceAll(command, "${STATE_DIRECTORY}", home)
		o := v.run(append(strings.Fields(command), home+"/auth.log")...)
		if o.status == 2 {
			t.Errorf("%s: %+v", command, o)
		}
	}
	if st, err := os.Stat(home + "/report.html"); err != nil || st.Mode().Perm()&0o077 != 0 {
		t.Errorf("the report: %v, %v", st, err)
	}
}
