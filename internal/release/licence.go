package release

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// licences is the table of THIRD-PARTY.md, by the path of the module.
type licences map[string]struct{ id, copyright string }

// uPlot is the path that uPlot has as a Module.
const uPlot = "uPlot"

// readLicences reads the rows of THIRD-PARTY.md: modules, licence, copyright.
func readLicences(markdown []byte) (licences, error) {
	table := licences{}
	for line := range strings.Lines(string(markdown)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || !strings.HasPrefix(line, "|") || strings.Contains(line, "| ---") {
			continue
		}
		for name := range strings.SplitSeq(cells[0], ",") {
			name = strings.TrimSpace(name)
			switch {
			case name == "the Go standard library and runtime":
				name = standard
			case strings.HasPrefix(name, "[uPlot]"):
				name = uPlot
			}
			row := table[name]
			row.id, row.copyright = strings.ReplaceAll(strings.TrimSpace(cells[1]), ", ", " AND "), strings.TrimSpace(cells[2])
			table[name] = row
		}
	}
	for _, name := range []string{standard, uPlot} {
		if _, ok := table[name]; !ok {
			return nil, fmt.Errorf("THIRD-PARTY.md has no row for %s", name)
		}
	}
	return table, nil
}

// phrases tell the licence of a text, by the licence's SPDX identifier: it has all phrases of
// one of the lists. A table that disagrees with the module's files is refused.
var phrases = map[string][][]string{
	"Apache-2.0":   {{"apache license", "version 2.0"}},
	"BSD-2-Clause": {{"redistribution and use in source and binary forms"}},
	"BSD-3-Clause": {{"redistribution and use in source and binary forms", "used to endorse or promote"}},
	"ISC":          {{"permission to use, copy, modify, and/or distribute this software"}},
	"MIT": {
		{"permission is hereby granted, free of charge", "the above copyright notice and this permission notice"},
		{"covered by their original mit license"}, // a NOTICE about some of the files
	},
	"MPL-2.0": {{"mozilla public license", "2.0"}},
}

// reads reports whether a text, in lower case and with single spaces, is that of a licence.
func reads(words, id string) bool {
	return slices.ContainsFunc(phrases[id], func(way []string) bool {
		return !slices.ContainsFunc(way, func(p string) bool { return !strings.Contains(words, p) })
	})
}

// fill adds to a module what the table and its own files say.
func (t licences) fill(m *Module, dir string) error {
	row, ok := t[m.Path]
	if !ok {
		return fmt.Errorf("%s is linked, and THIRD-PARTY.md has no row for it", m.Path)
	}
	m.Licence, m.Copyright = row.id, row.copyright
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := strings.ToUpper(e.Name()); e.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		m.Texts = append(m.Texts, bytes.TrimSpace(b))
	}
	if b, err := os.ReadFile(filepath.Join(dir, "NOTICE")); err == nil {
		m.Notice = bytes.TrimSpace(b)
	}
	words := strings.ToLower(strings.Join(strings.Fields(string(bytes.Join(append(m.Texts, m.Notice), []byte{' '}))), " "))
	for id := range strings.SplitSeq(m.Licence, " AND ") {
		if _, ok := phrases[id]; !ok {
			return fmt.Errorf("%s: the licence %q of THIRD-PARTY.md is not one that is known here", m.Path, id)
		}
		if !reads(words, id) {
			return fmt.Errorf("%s: its licence does not read like %s, as THIRD-PARTY.md has it", m.Path, id)
		}
	}
	return nil
}
