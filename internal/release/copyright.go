package release

import (
	"bytes"
	"fmt"
	"strings"
)

// copyright is what the licences of all that is in a program ask to be distributed with it.
// Debian has the Apache licence at one place for all packages, and wants it named, not repeated
// (Policy 12.5).
func copyright(p Product, own []byte, third []Module, debian bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s is distributed under this licence:\n\n%s\n", p.Name, bytes.TrimSpace(own))
	fmt.Fprintf(&b, "\n%s\nThe program contains the work of others.\n", rule)
	for _, m := range third {
		fmt.Fprintf(&b, "\n%s\n%s %s\nCopyright %s\nLicence: %s\n\n", rule, m.Path, m.Version, m.Copyright, m.Licence)
		if debian && m.Licence == "Apache-2.0" {
			b.WriteString("On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.\n")
			b.Write(m.Notice)
			continue
		}
		fmt.Fprintf(&b, "%s\n", bytes.TrimSpace(m.Text))
		b.Write(m.Notice)
	}
	return b.Bytes()
}

var rule = strings.Repeat("-", 72)
