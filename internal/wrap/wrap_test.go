package wrap

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rdnsproxy/internal/console"
)

// TestLeaveAlone: whose way to its host is kept, and why nothing is checked then.
func TestLeaveAlone(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, []byte(`Host bastioned
  ProxyJump bastion.example.com
Host cloud
  ProxyCommand cloudflared access ssh --hostname %h
Host own
  ProxyCommand rdnsproxy --policy strict %h %p
Host none
  ProxyCommand none
  ProxyJump none
`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		program, args string
		leave         bool
		reason        string // contained in it; if empty, there is none
	}{
		{"ssh", "my.example.com uptime", false, ""},
		{"ssh", "none", false, ""},
		{"ssh", "bastioned", true, "proxyjump is set for bastioned"},
		{"ssh", "cloud", true, "proxycommand is set for cloud"},
		{"ssh", "own", true, ""},
		{"ssh", "-J bastion.example.com my.example.com", true, "proxyjump is set for my.example.com"},
		{"ssh", "-o ProxyCommand=none bastioned", false, ""},
		{"ssh", "-V", true, "no host"},
		{"sftp", "my.example.com", false, ""},
		{"sftp", "cloud", true, "proxycommand is set for cloud"},
		{"scp", "file my.example.com:", false, ""},
		{"scp", "own:file bastioned:", true, "proxyjump is set for bastioned"},
		{"scp", "a b", true, "no host"},
	} {
		t.Run(c.program+" "+c.args, func(t *testing.T) {
			args := append([]string{"-F", config}, strings.Fields(c.args)...)
			leave, reason := leaveAlone(t.Context(), console.World{Env: os.Environ()}, c.program, args)
			if leave != c.leave || !strings.Contains(reason, c.reason) || c.reason == "" && reason != "" {
				t.Errorf("%t, %q; want %t, %q", leave, reason, c.leave, c.reason)
			}
		})
	}
}
