package release

import (
	"fmt"
	"time"
)

// changelogs are the project's own, and the one of Debian's form, which package managers
// show when they upgrade.
type changelogs struct{ upstream, debian []byte }

// debianChangelog has one entry, for the package itself (deb-changelog(5)).
func debianChangelog(p Product, s Source, maintainer string) []byte {
	return fmt.Appendf(nil, `%s (%s-1) unstable; urgency=medium

  * Version %s. What has changed is in
    /usr/share/doc/%s/changelog.gz.

 -- %s  %s
`, p.Name, s.Version.Debian(), s.Version, p.Name, maintainer, s.Date.Format(time.RFC1123Z))
}
