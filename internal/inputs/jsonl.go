package inputs

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
)

// fieldHint is the hint where JSON Lines cannot be read.
const fieldHint = "--field takes the name of a field, as in .host.name of jq without its first dot, or two for pairs; " +
	"--from-file then has a JSON object on each line"

// Field reads the targets in a field of JSON Lines, an object a line. The field is a
// name, or names with dots between them for objects in objects. Of a list, each element
// counts. Two fields are pairs of a name and an address: one name goes with each of its
// addresses, and lists as long as each other go together in order. A field that the
// first object lacks ends it. What stands around the results of a run, lines with
// "record", is left out. The path - is stdin.
func Field(path string, stdin io.Reader, fields []string) Items {
	return func(yield func(Item, error) bool) {
		file, err := openText(path, stdin, fieldHint, limits.JSONLine)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer file.close()
		first := true
		for line, bad, ok := file.next(); ok; line, bad, ok = file.next() {
			item := Item{Where: file.where(), Err: bad}
			line = bytes.TrimSpace(line)
			if bad == nil && len(line) == 0 || isFrame(line) {
				continue
			}
			if first && bad == nil {
				if err := unfit(item.Where, line, fields); err != nil {
					yield(Item{}, err)
					return
				}
			}
			first = false
			items := []Item{item}
			if bad == nil {
				items, bad = itemsOf(line, fields, item)
			}
			if bad != nil {
				item.Text, item.Err = string(line[:min(len(line), maxShown)]), bad
				items = []Item{item}
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
		}
		if file.err != nil {
			yield(Item{}, file.err)
		}
	}
}

// isFrame reports whether a line is one of those around the results of --resume and
// --shard, which have no target.
func isFrame(line []byte) bool {
	return bytes.HasPrefix(line, []byte(`{"record":"begin"`)) || bytes.HasPrefix(line, []byte(`{"record":"end"`))
}

// itemsOf returns the items of an object. blank has their place. The error is a Refusal.
func itemsOf(line []byte, fields []string, blank Item) (items []Item, err error) {
	var texts [2][]string
	for i, field := range fields {
		if texts[i], err = fieldOf(line, strings.Split(field, ".")); err != nil {
			return nil, console.Refuse(exit.Usage, fieldHint, "%v", err)
		}
	}
	names, addresses := texts[0], texts[1]
	if len(fields) == 1 {
		for _, blank.Text = range names {
			items = append(items, blank)
		}
		return items, nil
	}
	if len(names) != 1 && len(names) != len(addresses) {
		return nil, console.Refuse(exit.Usage, fieldHint, "%d names and %d addresses make no pairs", len(names), len(addresses))
	}
	for i, address := range addresses {
		item, name := blank, names[min(i, len(names)-1)]
		item.Text = name + "," + address
		item.pairOf(name, address)
		items = append(items, item)
	}
	return items, nil
}

// fieldOf returns the texts in a field of an object.
func fieldOf(line []byte, names []string) ([]string, error) {
	if !json.Valid(line) {
		return nil, errors.New("the line is not JSON")
	}
	return dig(line, names, "")
}

// dig returns the texts at the end of a path of names. at is the path so far, for messages.
func dig(value json.RawMessage, names []string, at string) (texts []string, err error) {
	switch value[0] { // it is valid, and without blanks before it
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(value, &list); err != nil {
			return nil, err
		}
		for _, element := range list {
			more, err := dig(element, names, at)
			if err != nil {
				return nil, err
			}
			texts = append(texts, more...)
		}
		return texts, nil
	case '{':
		if len(names) == 0 {
			return nil, errors.New("field " + console.Quoted(at) + " is an object")
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(value, &object); err != nil {
			return nil, err
		}
		inside, found := object[names[0]]
		at = strings.TrimPrefix(at+"."+names[0], ".")
		if !found {
			return nil, &lackError{at}
		}
		return dig(inside, names[1:], at)
	case '"':
		if len(names) > 0 {
			break
		}
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return nil, err
		}
		if text = strings.TrimSpace(text); text == "" {
			return nil, errors.New("field " + console.Quoted(at) + " is empty")
		}
		if len(text) > limits.ListLine {
			return nil, errors.New("field " + console.Quoted(at) + " is too long")
		}
		return []string{text}, nil
	}
	if at == "" {
		return nil, errors.New("the line is not a JSON object")
	}
	if len(names) > 0 {
		return nil, errors.New("field " + console.Quoted(at) + " is not an object")
	}
	return nil, errors.New("field " + console.Quoted(at) + " is not a text")
}

// lackError says that an object has no such field.
type lackError struct{ field string }

func (e *lackError) Error() string { return "there is no field " + console.Quoted(e.field) }
