package release

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Scripts are run by package managers. When a package is installed for the first time, they
// enable and start nothing. An upgrade makes systemd read the units again, and restarts what
// is running. Removing a package stops what is running, so that no timer starts a program
// that is gone.
type Scripts struct{ PostInstall, PreRemove, PostRemove string }

// scripts returns those of a format: Debian's are what debhelper would write, as far as that
// fits units that are not enabled. RPM's are those of its macros, and systemd's own file
// triggers read the units again. Alpine's packages have no units.
func (f format) scripts(units []File) Scripts {
	var running, again, enabled []string
	for _, u := range units {
		if strings.Contains(u.Path, "@") {
			continue // instances end by themselves
		}
		running = append(running, u.Path)
		if bytes.Contains(u.Data, []byte("\nRestart=")) {
			again = append(again, u.Path) // it is not one that a timer starts
		}
		if bytes.Contains(u.Data, []byte("\n[Install]\n")) {
			enabled = append(enabled, u.Path)
		}
	}
	if len(running) == 0 {
		return Scripts{}
	}
	// A socket or a timer would start its service again.
	slices.SortStableFunc(running, func(a, b string) int { return stopped(a) - stopped(b) })
	switch f.name {
	case "deb":
		return debianScripts(running, again, enabled)
	case "rpm":
		return rpmScripts(running, again)
	default:
		return Scripts{}
	}
}

func stopped(unit string) int {
	if strings.HasSuffix(unit, ".service") {
		return 1
	}
	return 0
}

// debianScripts: see deb-postinst(5) and its neighbours for the arguments. deb-systemd-invoke asks
// the administrator's policy-rc.d.
func debianScripts(running, again, enabled []string) Scripts {
	var after, before, removed strings.Builder
	after.WriteString(`#!/bin/sh
set -e
if [ "$1" = configure ] && [ -n "$2" ] && [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload >/dev/null || true
`)
	for _, unit := range again {
		fmt.Fprintf(&after, `	if systemctl --quiet is-active %[1]s; then
		deb-systemd-invoke restart %[1]s >/dev/null || true
	fi
`, unit)
	}
	after.WriteString("fi\n")
	fmt.Fprintf(&before, `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
	deb-systemd-invoke stop %s >/dev/null || true
fi
`, strings.Join(running, " "))
	removed.WriteString(`#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload >/dev/null || true
fi
`)
	if len(enabled) > 0 {
		// Links of an administrator who had enabled them, and the directories that systemctl
		// made for them.
		fmt.Fprintf(&removed, `if [ "$1" = purge ]; then
	for unit in %s; do
		for link in /etc/systemd/system/*.wants/$unit; do
			if [ -h "$link" ]; then
				rm -f "$link"
				rmdir --ignore-fail-on-non-empty "${link%%/*}"
			fi
		done
	done
fi
`, strings.Join(enabled, " "))
	}
	return Scripts{after.String(), before.String(), removed.String()}
}

// rpmScripts: what %systemd_preun and %systemd_postun_with_restart stand for. $1 is how many
// versions of the package are left.
func rpmScripts(running, again []string) Scripts {
	s := Scripts{PreRemove: fmt.Sprintf(`if [ "$1" -eq 0 ] && [ -d /run/systemd/system ]; then
	systemctl --no-reload disable --now %s >/dev/null 2>&1 || :
fi
`, strings.Join(running, " "))}
	if len(again) > 0 {
		s.PostRemove = fmt.Sprintf(`if [ "$1" -ge 1 ] && [ -d /run/systemd/system ]; then
	systemctl try-restart %s >/dev/null 2>&1 || :
fi
`, strings.Join(again, " "))
	}
	return s
}
