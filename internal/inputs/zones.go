package inputs

import "rdnsproxy/internal/zones"

// Zones returns what there is to check in zones: names with addresses, and addresses
// with names.
func Zones(set *zones.Set) Items {
	return func(yield func(Item, error) bool) {
		for t := range set.Targets() {
			if !yield(Item{Text: t.Text, Where: t.Where, DNSOnly: true}, nil) {
				return
			}
		}
	}
}
