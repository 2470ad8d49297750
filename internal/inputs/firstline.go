package inputs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// What is wrong with a whole file shows in its first line: then one message is better
// than one a line.

// mistaken returns a Refusal that says what else the first line of a list looks like; nil
// if it may be a line of a list.
func mistaken(where, line string) error {
	switch cells := cellsOf(line); {
	case strings.HasPrefix(line, "{"):
		fields := fieldsOf([]byte(line))
		if len(fields) == 0 {
			return console.Refuse(exit.Usage, "--field NAME reads JSON Lines; --ansible what 'ansible-inventory --list' prints",
				"%s: this looks like JSON", where)
		}
		return console.Refuse(exit.Usage, "use --field NAME, or --field NAME,ADDRESS for pairs; the fields are "+listed(fields),
			"%s: this looks like JSON Lines", where)
	case len(cells) > 0:
		return console.Refuse(exit.Usage, "use --column NAME, or --column NAME,ADDRESS for pairs; the first row is "+listed(cells),
			"%s: this looks like a table", where)
	}
	return nil
}

// cellsOf returns the cells of a line that is a row of a table; nil for a target, and for
// a pair, even one with a mistake in its address.
func cellsOf(line string) []string {
	for _, separator := range []string{"\t", ";", ","} {
		cells := strings.Split(line, separator)
		for i := range cells {
			cells[i] = strings.Trim(cells[i], `" `)
		}
		switch {
		case len(cells) == 1, strings.Contains(line, "://"):
			continue
		case separator == "," && len(cells) == 2 && !strings.Contains(line, `"`) && (strings.ContainsAny(cells[1], ".:") || cells[1] == ""):
			return nil
		}
		return cells
	}
	return nil
}

// unfit returns a Refusal that says why a file whose first line this is has nothing in its
// fields; nil if it may have.
func unfit(where string, line []byte, fields []string) error {
	switch object := line[0] == '{' || line[0] == '['; {
	case !object && cellsOf(string(line)) != nil:
		return console.Refuse(exit.Usage, "use --column NAME, or --column NAME,ADDRESS for pairs; the first row is "+listed(cellsOf(string(line))),
			"%s: this looks like a table, not like JSON Lines", where)
	case !object:
		return console.Refuse(exit.Usage, fieldHint, "%s: the line is not a JSON object", where)
	case !json.Valid(line):
		return console.Refuse(exit.Usage, "an object is on one line; 'jq -c .' writes it so, 'jq -c .[]' the elements of a list",
			"%s: the line is not a whole JSON object", where)
	}
	for _, field := range fields {
		var lack *lackError
		if _, err := fieldOf(line, strings.Split(field, ".")); errors.As(err, &lack) {
			return console.Refuse(exit.Usage, "the fields are "+listed(fieldsOf(line)), "%s: %v", where, err)
		}
	}
	return nil
}

// fieldsOf returns the fields of an object with a text or a list of texts, in their order,
// as --field takes them.
func fieldsOf(line []byte) (names []string) {
	seen := map[string]bool{}
	var walk func(value json.RawMessage, at string, deep int)
	walk = func(value json.RawMessage, at string, deep int) {
		switch value[0] {
		case '"':
			if !seen[at] && at != "" {
				seen[at], names = true, append(names, at)
			}
		case '{', '[':
			d := json.NewDecoder(bytes.NewReader(value))
			_, _ = d.Token() // it is valid
			for len(names) <= maxListed && deep < maxDeep && d.More() {
				key, inside := at, json.RawMessage(nil)
				if value[0] == '{' {
					token, _ := d.Token()
					key = strings.TrimPrefix(fmt.Sprint(at, ".", token), ".")
				}
				if d.Decode(&inside) != nil {
					return
				}
				walk(inside, key, deep+1)
			}
		}
	}
	if json.Valid(line) {
		walk(line, "", 0)
	}
	return names
}

// maxListed is how many columns or fields a message names, maxDeep how many objects deep.
const (
	maxListed = 20
	maxDeep   = 8
)

// listed lists the names of columns or fields, so that they fit into a message.
func listed(names []string) string {
	all := make([]string, 0, maxListed)
	for i, name := range names {
		if i == maxListed {
			all = append(all, "and others")
			break
		}
		all = append(all, safetext.Cut(safetext.Of(name).String(), 40))
	}
	return strings.Join(all, ", ")
}
