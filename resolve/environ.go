package resolve

import "strings"

// Environment holds the variables of resolv.conf(5) and hostname(7) that change
// lookups. glibc reads them too, except in set-user-ID programs. The zero value
// changes nothing.
type Environment struct {
	LocalDomain *string // LOCALDOMAIN, in place of resolv.conf's search list; if nil, not set
	Options     string  // RES_OPTIONS, after resolv.conf's
	Aliases     string  // HOSTALIASES, the path of a file of names for names without a dot
}

// apply does what res_init does after it has read resolv.conf.
func (e Environment) apply(c *Config) {
	if e.LocalDomain != nil {
		domains, _, _ := strings.Cut(*e.LocalDomain, "\n")
		c.Search = searchList(strings.FieldsFunc(domains, blank))
		if len(c.Search) == 0 {
			c.Search = []Name{"."} // set but empty: no domain, not even this machine's
		}
	}
	for _, o := range strings.FieldsFunc(e.Options, blank) {
		c.option(o)
	}
	c.Aliases = e.Aliases
}

func blank(r rune) bool { return r == ' ' || r == '\t' }

// maxAliasLine is the buffer into which glibc reads a line of HOSTALIASES.
const maxAliasLine = 8192

// alias is the HOSTALIASES entry of a name without a dot, if there is one. The file is
// read as res_context_hostalias does: the first line with the name counts, and a last
// line without a newline does not.
func (c *Config) alias(name Name) (Name, bool) {
	if c.Aliases == "" || strings.Contains(string(name), ".") {
		return "", false
	}
	f, err := openConfig(c.Aliases)
	if f == nil || err != nil {
		return "", false
	}
	defer f.Close()
	text, err := readConfig(f)
	if err != nil {
		return "", false
	}
	for line := range strings.Lines(text) {
		end := strings.IndexAny(line, white)
		if end < 0 || len(line) >= maxAliasLine {
			break
		}
		words := strings.Fields(line[end:])
		if own, err := ParseName(line[:end]); err != nil || own != name || end == 0 {
			continue
		}
		if len(words) == 0 {
			break
		}
		n, err := ParseName(words[0])
		return n, err == nil
	}
	return "", false
}
