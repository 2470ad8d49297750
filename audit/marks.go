package audit

import (
	"strings"
	"unicode/utf8"
)

// mark is a rune before a name in a text of a finding, which says what the name is; endMark
// is behind it. So an anonymized report can tell a host called "in" from the word. They are
// for private use (Unicode, section 23.5), and no text that is safe to print has one. Judge
// takes them out of the texts that a report shows.
type mark rune

const endMark mark = '\uE000'

// What is marked.
const (
	serverMark mark = endMark + 1 + iota
	userMark
	nameMark
	zoneMark
	contactMark
	fileMark // or FILE:LINE
	inputMark
	quoteMark // in quotes in the text
	lastMark  = quoteMark
)

func isMark(r rune) bool { return mark(r) >= endMark && mark(r) <= lastMark }

// on marks a name, which must be safe to print.
func (m mark) on(name string) string {
	if name == "" {
		return ""
	}
	return string(rune(m)) + name + string(rune(endMark))
}

// nextMarked cuts a text around its first marked name. m is 0 if there is none.
func nextMarked(text string) (before string, m mark, name, after string) {
	i := strings.IndexFunc(text, isMark)
	if i < 0 {
		return text, 0, "", ""
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	name, after, _ = strings.Cut(text[i+n:], string(rune(endMark)))
	return text[:i], mark(r), name, after
}

// unmarked returns a text without marks.
func unmarked(text string) string {
	return strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return r
	}, text)
}

// markedTexts are a finding's texts with marks.
type markedTexts struct {
	text   string
	advice []string
}

// unmark takes the marks out of the report's texts, and keeps the texts that have them.
func (r *Report) unmark() {
	r.marked, r.Headline = r.Headline, unmarked(r.Headline)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.marked = &markedTexts{text: f.Text}
		f.Text = unmarked(f.Text)
		for k := range f.Advice {
			a := &f.Advice[k]
			f.marked.advice = append(f.marked.advice, a.Text)
			a.Text = unmarked(a.Text)
		}
	}
}

// after marks a name in a text that another package wrote, wherever it follows a word
// and ends with a word.
func (m mark) after(word, name, text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, word+name)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if rest == "" || !inWord(rest[0]) || rest[0] == ':' {
			b.WriteString(word + m.on(name))
		} else {
			b.WriteString(word + name)
		}
		text = rest
	}
}

// markedError returns why an input was not read, with marks: a system call's error has the
// form "open NAME: reason".
func (i *Input) markedError() string {
	return inputMark.after(" ", i.Name, i.Error)
}
