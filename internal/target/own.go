package target

import (
	"os"
	"slices"
	"strings"
	"sync"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// ownNames are this machine's names: localhost and the host name, what the hosts
// file calls them beside, and what the search list makes of the host name.
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
			if slices.ContainsFunc(l.Names, func(n string) bool { return strings.EqualFold(n, own) || strings.EqualFold(n, "localhost") }) {
				names = append(names, l.Names...)
			}
		}
	}
	config, _ := resolve.SystemConfig(resolve.Environment{}) // not the user's: these are the machine's names
	for _, domain := range config.Search {
		names = append(names, short+"."+string(domain))
	}
	return names
}

// OwnName tells whether a name is one of this machine's; it looks for them once,
// when it is first asked.
func OwnName() func(name string) bool {
	names := sync.OnceValue(ownNames)
	return func(name string) bool {
		name = strings.TrimSuffix(name, ".")
		return slices.ContainsFunc(names(), func(own string) bool { return strings.EqualFold(own, name) })
	}
}
