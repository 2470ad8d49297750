package knownhosts

import (
	"fmt"
	"strings"
)

// Release is a release of OpenSSH. A few verdicts differ between them.
type Release struct{ Major, Minor int }

// ParseRelease parses what ssh -V prints: "OpenSSH_9.2p1 Debian-2",
// "OpenSSH_for_Windows_9.5p1". It is false for other software.
func ParseRelease(s string) (Release, bool) {
	var r Release
	s = strings.Replace(s, "for_Windows_", "", 1)
	n, err := fmt.Sscanf(s, "OpenSSH_%d.%d", &r.Major, &r.Minor)
	return r, err == nil && n == 2
}

// before reports whether the release is older. The zero Release is the newest.
func (r Release) before(major, minor int) bool {
	return r != Release{} && (r.Major < major || r.Major == major && r.Minor < minor)
}

// HasJumpToken reports whether %j is the jump host, which is then also part of %C.
func (r Release) HasJumpToken() bool { return !r.before(9, 6) }

// TakesSeveralRevoked reports whether RevokedHostKeys is a list of files.
func (r Release) TakesSeveralRevoked() bool { return !r.before(10, 3) }
