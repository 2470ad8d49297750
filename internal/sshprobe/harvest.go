package sshprobe

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// harvest is what came, type by type.
type harvest struct {
	families []family
	keys     []ssh.PublicKey // one a family; nil: none came
	errs     []error
}

func newHarvest(f []family) *harvest {
	return &harvest{f, make([]ssh.PublicKey, len(f)), make([]error, len(f))}
}

// put takes the key that came first, if one did, and tells its type.
func (h *harvest) put(key ssh.PublicKey) string {
	if key == nil {
		return ""
	}
	keyType := plain(key).Type()
	if i := slices.IndexFunc(h.families, func(f family) bool { return f.keyType == keyType }); i >= 0 {
		h.keys[i] = key
	}
	return keyType
}

// reap fetches the keys that are missing, a few at once. An error that would
// meet the next as well is not asked for again.
func (h *harvest) reap(fetch func(family) (ssh.PublicKey, error)) {
	var todo []int
	for i, key := range h.keys {
		if key == nil {
			todo = append(todo, i)
		}
	}
	var stop error
	for some := range slices.Chunk(todo, atOnce) {
		var fetching sync.WaitGroup
		for _, i := range some {
			if h.errs[i] = stop; stop == nil {
				fetching.Go(func() { h.keys[i], h.errs[i] = fetch(h.families[i]) })
			}
		}
		fetching.Wait()
		for _, i := range some {
			if hopeless(h.errs[i]) {
				stop = h.errs[i]
			}
		}
	}
}

// shown are the keys that came.
func (h *harvest) shown() []ssh.PublicKey {
	return slices.DeleteFunc(slices.Clone(h.keys), func(key ssh.PublicKey) bool { return key == nil })
}

// missing says which keys did not come, those with the same reason together,
// and which were not asked for.
func (h *harvest) missing(strange []string) string {
	var reasons []string
	types := make(map[string][]string)
	for i, key := range h.keys {
		if key != nil {
			continue
		}
		reason := explain(h.errs[i])
		if len(types[reason]) == 0 {
			reasons = append(reasons, reason)
		}
		types[reason] = append(types[reason], h.families[i].keyType)
	}
	var parts []string
	for _, reason := range reasons {
		parts = append(parts, fmt.Sprintf("no %s: %s", strings.Join(types[reason], ", "), reason))
	}
	if len(strange) > 0 {
		parts = append(parts, "of types that this program does not have: "+list(strange))
	}
	return strings.Join(parts, "; ")
}
