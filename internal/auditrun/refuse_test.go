package auditrun

import (
	"io/fs"
	"os/exec"
	"strings"
	"testing"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/logs"
)

// TestNoLog: a machine without a log says where it was looked for; if a place is closed to
// this user, the hint is who may read it.
func TestNoLog(t *testing.T) {
	for name, tt := range map[string]struct {
		tried []logs.Place
		want  []string
	}{
		"closed": {[]logs.Place{{Path: "/var/log/journal", Err: fs.ErrPermission}, {Path: "/var/log", Err: fs.ErrNotExist}},
			[]string{"looked in /var/log/journal (permission denied), /var/log (", "adm or systemd-journal"}},
		"none":          {[]logs.Place{{Path: "/var/log", Err: fs.ErrNotExist}}, []string{"/var/log (", "give a FILE"}},
		"no journalctl": {[]logs.Place{{Path: "/var/log/journal", Err: exec.ErrNotFound}}, []string{"/var/log/journal (journalctl is not installed)"}},
	} {
		err := noLog(tt.tried).(*console.Refusal)
		for _, want := range tt.want {
			if !strings.Contains(err.Text+"\n"+err.Hint, want) {
				t.Errorf("%s: %q lacks %q", name, err.Text+"\n"+err.Hint, want)
			}
		}
	}
}
