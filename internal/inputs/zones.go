package inputs

import (
	"strconv"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/zones"
)

// Zones returns what there is to check in zones: names with addresses, and addresses
// with names.
func Zones(set *zones.Set) Items {
	return func(yield func(Item, error) bool) {
		for t := range set.Targets() {
			item := Item{Text: t.Text, Where: t.Where, DNSOnly: true}
			if strings.Contains(t.Text, `\`) { // no name of a host needs one
				item.Text = unescaped(t.Text)
				item.Err = console.Refuse(exit.Usage, "", "%s is not the name of a host", console.Quoted(item.Text))
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

// unescaped returns a name with the bytes that \DDD stands for, as a list would have them:
// they are escaped when they are shown.
func unescaped(name string) string {
	var b strings.Builder
	for len(name) > 0 {
		if name[0] == '\\' && len(name) >= 4 {
			if c, err := strconv.ParseUint(name[1:4], 10, 8); err == nil {
				b.WriteByte(byte(c))
				name = name[4:]
				continue
			}
		}
		b.WriteByte(name[0])
		name = name[1:]
	}
	return b.String()
}
