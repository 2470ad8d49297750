package inputs

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
)

// fieldHint is the hint where JSON Lines cannot be read.
const fieldHint = "--field takes the name of a field, as in .host.name of jq without its first dot; " +
	"--from-file then has a JSON object on each line"

// Field reads the targets in a field of JSON Lines, an object a line. The field is a
// name, or names with dots between them for objects in objects. Of a list, each element
// counts. The path - is stdin.
func Field(path string, stdin io.Reader, field string) Items {
	return func(yield func(Item, error) bool) {
		file, err := openText(path, stdin, fieldHint, limits.JSONLine)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer file.close()
		names := strings.Split(field, ".")
		for line, bad, ok := file.next(); ok; line, bad, ok = file.next() {
			where := file.where()
			if bad != nil {
				if !yield(Item{Text: string(line), Where: where, Err: bad}, nil) {
					return
				}
				continue
			}
			if len(strings.TrimSpace(string(line))) == 0 {
				continue
			}
			texts, err := fieldOf(line, names)
			if err != nil {
				bad := console.Refuse(exit.Usage, fieldHint, "%v", err)
				if !yield(Item{Text: string(line[:min(len(line), maxShown)]), Where: where, Err: bad}, nil) {
					return
				}
				continue
			}
			for _, text := range texts {
				if !yield(Item{Text: text, Where: where}, nil) {
					return
				}
			}
		}
		if file.err != nil {
			yield(Item{}, file.err)
		}
	}
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
			return nil, errors.New("there is no field " + console.Quoted(at))
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
