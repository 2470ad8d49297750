package release

import (
	"bytes"
	"fmt"
	"strings"
)

// copyright returns what has to be distributed with a program: its licence, and the licences
// and notices of everything in it. Debian has the usual long licences in one place for all
// packages, and wants them named, not repeated (Policy 12.5).
func copyright(p Product, own []byte, third []Module, debian bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s is distributed under this licence:\n\n%s\n", p.Name, bytes.TrimSpace(own))
	fmt.Fprintf(&b, "\n%s\nThe program contains the work of others.\n", rule)
	for _, m := range third {
		fmt.Fprintf(&b, "\n%s\n%s %s\nCopyright %s\nLicence: %s\n\n", rule, m.Path, m.Version, m.Copyright, m.Licence)
		for _, text := range m.Texts {
			if debian {
				text = inCommon(text)
			}
			fmt.Fprintf(&b, "%s\n\n", text)
		}
		if m.Notice != nil {
			fmt.Fprintf(&b, "Its NOTICE:\n\n%s\n\n", m.Notice)
		}
	}
	return b.Bytes()
}

var rule = strings.Repeat("-", 72)

var (
	apache = []byte("Apache License\n")
	gpl2   = []byte("GNU GENERAL PUBLIC LICENSE\n                       Version 2, June 1991")
)

// inCommon replaces a licence that Debian has for all packages by the path where it is. The
// GPL is libcap's alternative to its BSD licence.
func inCommon(text []byte) []byte {
	const where = "On Debian systems, the text is in /usr/share/common-licenses/"
	if bytes.HasPrefix(text, apache) {
		return []byte(where + "Apache-2.0.")
	}
	if before, _, ok := bytes.Cut(text, gpl2); ok {
		return fmt.Appendf(nil, "%s\n%sGPL-2.", bytes.TrimSpace(before), where)
	}
	return text
}
