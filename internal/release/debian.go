package release

import (
	"fmt"
	"time"
)

// changelogs are the project's own and one in Debian's form, which package managers show when
// they upgrade.
type changelogs struct{ upstream, debian []byte }

// debianChangelog has one entry, for the package itself (deb-changelog(5)).
func debianChangelog(p Product, s Source, maintainer string) []byte {
	return fmt.Appendf(nil, `%s (%s-1) unstable; urgency=medium

  * Version %s. What has changed is in
    /usr/share/doc/%s/changelog.gz.

 -- %s  %s
`, p.Name, s.Version.Debian(), s.Version, p.Name, maintainer, s.Date.Format(time.RFC1123Z))
}

// rpmChangelog is the file, in YAML, from which nfpm makes rpm's changelog. It has one entry, too.
func rpmChangelog(p Product, s Source, maintainer string) []byte {
	return fmt.Appendf(nil, `[{"semver": "%s-1", "date": %q, "packager": %q, "changes": [{"note": %q}]}]`,
		s.Version.RPM(), s.Date.Format(time.RFC3339), maintainer,
		fmt.Sprintf("Version %s. What has changed is in /usr/share/doc/%s/CHANGELOG.md.", s.Version, p.Name))
}

// overrides tells lintian which of its findings are intended, and why.
func overrides(p Product) []byte {
	return fmt.Appendf(nil, `# It is static in all packages and archives alike: it runs with every libc and without one,
# and a login does not wait for the dynamic linker.
%[1]s: statically-linked-binary [usr/bin/%[2]s]
# The package is the project's own. It was not uploaded to Debian, and closes no bug there.
%[1]s: initial-upload-closes-no-bugs [usr/share/doc/%[1]s/changelog.Debian.gz:1]
`, p.Name, p.Program)
}
