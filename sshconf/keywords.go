package sshconf

import (
	"slices"
	"sync"
)

// keyword is what the package knows about one keyword of ssh_config(5). To add a
// keyword is to add a row to the table, and nothing else here.
//
// For a keyword that Lookup returns, the first value counts. It returns none of those that
// accumulate (IdentityFile, SendEnv, the forwards).
type keyword struct {
	name string // in lower case, as in ssh -G

	// text judges the text after the keyword. If nil, only ssh reads it.
	text shape

	// told: Lookup returns its value. Rows with told are in ssh -G's order.
	told bool

	unset  string   // ssh's own default, if every build has the same
	none   meaning  // of the value none
	tilde  bool     // ssh -G shows ~/ expanded
	tokens string   // which of %h %n %p %r ssh -G shows expanded, beside %%
	needs  []string // keywords without which the value cannot be told, beside those of the tokens
	with   string   // the keyword with which it shares one value: the first one set wins
}

// meaning is what the value none does.
type meaning uint8

const (
	aValue  meaning = iota // ssh -G shows it like another
	nothing                // nothing is set, and nothing below can set it
	notYet                 // nothing is set, and a line below may set it
)

// byName finds a row; nil if ssh has no such keyword, or only other releases have.
func byName(name string) *keyword { return rows()[name] }

// The index and the list are made when they are first asked for: a relay that finds
// nothing mentioned in the files has no use for the index.
var (
	rows = sync.OnceValue(func() map[string]*keyword {
		m := make(map[string]*keyword, len(table))
		for i := range table {
			m[table[i].name] = &table[i]
		}
		return m
	})
	order = sync.OnceValue(func() (names []string) { // what Lookup tells, in ssh -G's order
		for i := range table {
			if table[i].told {
				names = append(names, table[i].name)
			}
		}
		return names
	})
)

// slot is where the keyword's value is kept.
func (k *keyword) slot() string {
	if k.with != "" {
		return k.with
	}
	return k.name
}

// slotOf is the slot of a keyword by its name.
func slotOf(name string) string {
	if k := byName(name); k != nil {
		return k.slot()
	}
	return name
}

// tokenKeywords are the keywords whose value a token stands for. %n is the name
// as it was asked for.
var tokenKeywords = map[byte]string{'h': "hostname", 'p': "port", 'r': "user"}

// required adds to set what must be known to tell a keyword's value.
func (k *keyword) required(set map[string]bool) {
	if set[k.name] {
		return
	}
	set[k.name] = true
	for _, name := range k.needs {
		byName(name).required(set)
	}
	for i := range len(k.tokens) {
		if name := tokenKeywords[k.tokens[i]]; name != "" {
			byName(name).required(set)
		}
	}
}

// Keywords lists, in ssh -G's order, what a query without Keywords tells about.
func Keywords() []string { return slices.Clone(order()) }

// allowed judges the text after a keyword. Hosts and Includes have rules of their own.
func allowed(name, text string) (shown string, ok bool) {
	k := byName(name)
	if k == nil || k.text == nil || text == "" || text[0] == '=' || len(text) > maxText {
		return "", false
	}
	return k.text.read(text)
}

// maxText bounds the text of a line that is read here: the library's time grows
// with its square.
const maxText = 8 << 10

// renaming are the keywords by which ssh may change the host name.
var renaming = []string{"canonicalizehostname", "canonicalizepermittedcnames"}
