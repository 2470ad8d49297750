package target

import (
	"os"
	"slices"
	"strings"
	"sync"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// ownNames returns this machine's names: localhost and the host name, their other
// names in the hosts file, and the host name in each domain of the search list.
func ownNames() []string {
	own, err := os.Hostname()
	if err != nil {
		own = "localhost"
	}
	short, _, _ := strings.Cut(own, ".")
	names := []string{"localhost", own, short}
	if system, err := hostsfile.ParseFile(hostsfile.SystemPath()); err == nil {
		for i := range system.Lines {
			l := &system.Lines[i]
			isOwn := func(n string) bool {
				return strings.EqualFold(n, own) || strings.EqualFold(n, "localhost")
			}
			if slices.ContainsFunc(l.Names, isOwn) {
				names = append(names, l.Names...)
			}
		}
	}
	// Without the user's environment: these are the machine's names.
	config, _ := resolve.SystemConfig(resolve.Environment{})
	for _, domain := range config.Search {
		names = append(names, short+"."+string(domain))
	}
	return names
}

// OwnName returns a function that reports whether a name is one of this machine's.
// The names are collected at its first call.
func OwnName() func(name string) bool {
	names := sync.OnceValue(ownNames)
	return func(name string) bool {
		name = strings.TrimSuffix(name, ".")
		return slices.ContainsFunc(names(), func(own string) bool { return strings.EqualFold(own, name) })
	}
}
