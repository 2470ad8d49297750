package release

import (
	"os/exec"
	"strings"
	"testing"
)

var someUnits = []File{
	text("a.service", []byte("[Service]\nType=oneshot\n")),
	text("a.timer", []byte("[Timer]\n\n[Install]\nWantedBy=timers.target\n")),
	text("b.service", []byte("[Service]\nRestart=on-failure\n")),
	text("b.socket", []byte("[Socket]\n\n[Install]\nWantedBy=sockets.target\n")),
	text("c@.service", []byte("[Service]\nType=oneshot\n")),
}

func TestScripts(t *testing.T) {
	for _, f := range formats {
		s := f.scripts(someUnits)
		if f.name == "apk" {
			if s != (Scripts{}) {
				t.Errorf("apk has scripts: %+v", s)
			}
			continue
		}
		for _, script := range []string{s.PostInstall, s.PreRemove, s.PostRemove} {
			sh := exec.Command("sh", "-n")
			sh.Stdin = strings.NewReader(script)
			if out, err := sh.CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s\n%s", f.name, err, out, script)
			}
			if strings.Contains(script, "enable a") || strings.Contains(script, " start ") || strings.Contains(script, "c@") {
				t.Errorf("%s: %s", f.name, script)
			}
		}
		// A timer that is not stopped first could start its service again.
		if !strings.Contains(s.PreRemove, " a.timer b.socket a.service b.service ") {
			t.Errorf("%s: %s", f.name, s.PreRemove)
		}
		if all := s.PostInstall + s.PostRemove; !strings.Contains(all, "restart b.service") || strings.Contains(all, "restart a") {
			t.Errorf("%s: an upgrade does not start anew what runs: %s", f.name, all)
		}
		if s := f.scripts(nil); s != (Scripts{}) {
			t.Errorf("%s: scripts without units: %+v", f.name, s)
		}
	}
}
