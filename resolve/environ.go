package resolve

import "strings"

// Environment is what the user's environment says about look-ups: the variables
// of resolv.conf(5) and hostname(7). glibc reads them too, except in programs that
// run with more rights than their caller. A zero one says nothing.
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
			c.Search = []Name{"."} // set and empty: no domain, not this machine's either
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

// alias is what HOSTALIASES calls a name without a dot, as res_context_hostalias
// reads the file: the first line with the name counts, a last line without an end
// does not. False: nothing.
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
