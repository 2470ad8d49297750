package sshconf

import (
	"errors"
	"slices"
)

// Mentions reports whether any of q.Keywords is set anywhere in Args, the files
// and what they include, in an active block or not. It looks at first words
// alone and costs little more than opening the files. Where it cannot be
// certain it says true, and Lookup tells the reason; false means that Lookup
// would find defaults.
func (q Query) Mentions() bool {
	if q.understand() != nil {
		return true
	}
	wanted := q.wants()
	_, plainName := canonical(q.Host)
	named := wanted["canonicalizepermittedcnames"] // the host name is asked for
	if named && !plainName || wanted["user"] && q.LocalUser == "" {
		return true
	}
	if !named && !slices.Contains(q.Keywords, "canonicalizehostname") {
		// Then canonicalisation only changes which blocks hold, and no block
		// sets anything that is asked for.
		delete(wanted, "canonicalizehostname")
	}
	found := errors.New("found")
	_, err := q.load(q.loader(func(_ *source, ln line) (bool, error) {
		if ln.keyword == "" || wanted[ln.keyword] {
			return false, found
		}
		return false, nil
	}))
	return err != nil
}
