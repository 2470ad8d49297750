package release

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A licences table is that of THIRD-PARTY.md.
type licences map[string]struct{ id, copyright string }

// uPlot is what THIRD-PARTY.md calls it.
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
			row.id, row.copyright = strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])
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

// phrases are those by which a text is known to be that of a licence. A table that says
// otherwise than the module's file is refused.
var phrases = map[string][]string{
	"Apache-2.0":   {"Apache License", "Version 2.0"},
	"BSD-2-Clause": {"Redistribution and use in source and binary forms"},
	"BSD-3-Clause": {"Redistribution and use in source and binary forms", "used to endorse or promote"},
	"ISC":          {"Permission to use, copy, modify, and/or distribute this software"},
	"MIT":          {"Permission is hereby granted, free of charge", "The above copyright notice and this permission notice"},
	"MPL-2.0":      {"Mozilla Public License", "2.0"},
}

// fill adds to a module what the table and its own files say.
func (t licences) fill(m *Module, dir string) error {
	row, ok := t[m.Path]
	if !ok {
		return fmt.Errorf("%s is linked, and THIRD-PARTY.md has no row for it", m.Path)
	}
	m.Licence, m.Copyright = row.id, row.copyright
	for _, name := range []string{"LICENSE", "LICENSE.txt", "LICENSE.md", "License", "COPYING"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			m.Text = b
			break
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "NOTICE")); err == nil {
		m.Notice = append([]byte("\n"), b...)
	}
	words := strings.ToLower(strings.Join(strings.Fields(string(m.Text)), " "))
	for id := range strings.SplitSeq(m.Licence, " AND ") {
		known, ok := phrases[id]
		if !ok {
			return fmt.Errorf("%s: the licence %q of THIRD-PARTY.md is not one that is known here", m.Path, id)
		}
		if slices.ContainsFunc(known, func(p string) bool { return !strings.Contains(words, strings.ToLower(p)) }) {
			return fmt.Errorf("%s: its licence does not read like %s, as THIRD-PARTY.md has it", m.Path, id)
		}
	}
	return nil
}
