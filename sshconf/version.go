package sshconf

import (
	"context"
	"os/exec"
	"strings"

	"rdnsproxy/safetext"
)

// Version is what ssh -V prints; "" if there is no ssh, or it prints nothing.
func (q Query) Version(ctx context.Context) string {
	q.Evaluating, q.UserFile, q.SystemFile = false, "", "" // -V evaluates nothing and reads no file
	path, reason := q.findSSH()
	if reason != "" {
		return ""
	}
	said, err := exec.CommandContext(ctx, path, "-V").CombinedOutput()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(said), "\n")
	return safetext.Cut(safetext.Line(line), 200)
}
