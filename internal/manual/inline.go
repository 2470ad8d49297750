package manual

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word of a sentence: plain text, or a macro with its argument.
type token struct {
	macro string // "Fl", "" for plain text
	args  string // escaped
	pre   string // opening delimiters
	post  string // closing delimiters, or what follows without a blank

	refers bool // to another part of the pages
}

// String returns the macro's line without the dot.
func (t token) String() string {
	var b strings.Builder
	b.WriteString(t.macro + " ")
	for _, r := range t.pre {
		b.WriteString(string(r) + " ")
	}
	b.WriteString(t.args)
	for i, r := range t.post {
		if !strings.ContainsRune(delimiters, r) {
			b.WriteString(" Ns " + escaped(t.post[i:]))
			break
		}
		b.WriteString(" " + string(r))
	}
	return b.String()
}

// delimiters are the closing delimiters of mdoc(7), which stand outside a macro.
const delimiters = ".,:;)]?!"

// prose writes sentences. Each begins on a line of its own, so that mandoc knows where it
// ends; what names a flag, a file, a variable or a page becomes a macro.
func (m *mdoc) prose(text string) {
	line := ""
	flush := func() {
		if strings.HasSuffix(line, "...") {
			line += `\&` // no end of a sentence
		}
		if line != "" {
			m.WriteString(protected(line) + "\n")
		}
		line = ""
	}
	for _, word := range quotedTogether(strings.Fields(text)) {
		if t := m.token(word); t.macro != "" {
			if t.refers && t.pre == "(" {
				line, t.pre = strings.TrimSpace(line+" (see"), ""
			}
			flush()
			m.WriteString("." + t.String() + "\n")
			continue
		}
		plain := escaped(word)
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(plain) > textWidth {
			flush()
		}
		if line != "" {
			line += " "
		}
		line += plain
		if end := strings.TrimRight(word, `)"'`); strings.HasSuffix(end, ".") && !strings.HasSuffix(end, "...") || strings.HasSuffix(end, "?") || strings.HasSuffix(end, "!") {
			flush()
		}
	}
	flush()
}

// quotedTogether joins the words between single quotes, such as 'rdnsproxy help'.
func quotedTogether(words []string) (joined []string) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		if strings.HasPrefix(strings.TrimLeft(word, "(["), "'") {
			for j := i; j < min(i+8, len(words)); j++ {
				all := strings.Join(words[i:j+1], " ")
				if quoted.MatchString(all) {
					word, i = all, j
					break
				}
			}
		}
		joined = append(joined, word)
	}
	return joined
}

var (
	quoted     = regexp.MustCompile(`^([(\[]?)'([^']+)'([.,:;)?!]*)$`)
	helpFor    = regexp.MustCompile(`^(?:rdnsproxy )?help ([a-z -]+)$`)
	around     = regexp.MustCompile(`^([(\[]?)(.*?)((?:'s)?[.,:;)\]?!]*)$`)
	aFlag      = regexp.MustCompile(`^(--?)([A-Za-z0-9]|[a-z0-9][a-z0-9-]+)((?:=.*)?)$`)
	aVariable  = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]*)+$`)
	aPath      = regexp.MustCompile(`^(~|\$HOME|\$XDG_[A-Z_]+)?/[\w./*~-]+$`)
	aPage      = regexp.MustCompile(`^([a-z][\w.-]*)\((\d)\)$`)
	notLetters = regexp.MustCompile(`[^A-Za-z]+`)
)

// keywords are words of ssh's and sshd's configuration that texts mention.
var keywords = wordSet(`ProxyCommand ProxyUseFdpass ProxyJump KnownHostsCommand HostKeyAlias HostName RevokedHostKeys
	AddressFamily BindAddress BindInterface ConnectionAttempts ConnectTimeout TCPKeepAlive IPQoS LogLevel UseDNS
	AllowUsers PerSourcePenalties StrictHostKeyChecking VerifyHostKeyDNS GSSAPITrustDns`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// token classifies a word.
func (m *mdoc) token(word string) token {
	if q := quoted.FindStringSubmatch(word); q != nil {
		t := token{macro: "Ql", args: literal(q[2]), pre: q[1], post: q[3]}
		if h := helpFor.FindStringSubmatch(q[2]); h != nil && m.refer != nil {
			if macro, ok := m.refer(h[1]); ok {
				t.macro, t.args, t.refers = strings.Cut(macro, " ")
			}
		}
		return t
	}
	if m.operand(word) {
		return m.operands("", word, "")
	}
	a := around.FindStringSubmatch(word)
	pre, core, post := a[1], a[2], a[3]
	if strings.Count(core, "(") > 0 && strings.HasPrefix(post, ")") { // name(1), (a)
		core, post = core+")", post[1:]
	}
	if f := aFlag.FindStringSubmatch(core); f != nil && (len(f[1]) == 2 || len(f[2]) == 1) && !strings.HasPrefix(post, "..") {
		args := literal(f[2])
		if f[1] == "--" {
			args = `\-` + args
		}
		return token{macro: "Fl", args: args + literal(f[3]), pre: pre, post: post}
	}
	switch {
	case core == "--":
		return token{macro: "Fl", args: `\-`, pre: pre, post: post}
	case m.operand(core):
		return m.operands(pre, core, post)
	case aVariable.MatchString(core):
		return token{macro: "Ev", args: literal(core), pre: pre, post: post}
	case aPath.MatchString(core):
		return token{macro: "Pa", args: literal(core), pre: pre, post: post}
	case keywords[core]:
		return token{macro: "Cm", args: core, pre: pre, post: post}
	}
	if x := aPage.FindStringSubmatch(core); x != nil {
		return token{macro: "Xr", args: x[1] + " " + x[2], pre: pre, post: post}
	}
	return token{}
}

// operand reports whether a word is made of the names of operands and values, as HOST:PORT is.
func (m *mdoc) operand(word string) bool {
	names := 0
	for _, part := range notLetters.Split(word, -1) {
		if part == "" {
			continue
		}
		if !m.words[part] {
			return false
		}
		names++
	}
	return names > 0 && !strings.HasPrefix(word, "(") && !strings.ContainsAny(word[len(word)-1:], ".,:;)?!") ||
		names > 0 && strings.HasSuffix(word, "...")
}

func (m *mdoc) operands(pre, word, post string) token {
	word, several := strings.CutSuffix(word, "...")
	args := literal(word)
	if several {
		args += " ..."
	}
	return token{macro: "Ar", args: args, pre: pre, post: post}
}

// sentence makes a sentence of what help says in a few words.
func sentence(usage string) string {
	usage = sentenceCase(usage)
	if !strings.HasSuffix(usage, ".") && !strings.HasSuffix(usage, "?") && !strings.HasSuffix(usage, "!") {
		usage += "."
	}
	return usage
}

// sentenceCase begins a text with a capital, unless its first word is not an ordinary one.
func sentenceCase(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	word, _, _ := strings.Cut(text, " ")
	if unicode.IsLower(first) && !strings.ContainsAny(strings.TrimRight(word, ",:;"), "-_./:@=0123456789") && !names[strings.TrimRight(word, ",:;")] {
		return string(unicode.ToUpper(first)) + text[size:]
	}
	return text
}

// names are the names of programs, which keep their small letters.
var names = wordSet("ssh sshd sftp scp bash zsh fish rdnsproxy ssh's sshd's")

// escaped escapes a word of text: nothing in it is a request or an escape sequence. A
// hyphen in front of a letter or digit is a minus, as it would be copied.
func escaped(word string) string {
	word = strings.NewReplacer(`\`, `\e`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`).Replace(word)
	if strings.HasPrefix(word, "-") {
		word = `\` + word
	}
	return word
}

// protected keeps the first character of a line from being read as a control character.
func protected(line string) string {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return `\&` + line
	}
	return line
}

// macroName matches words that mdoc(7) may parse as macros in a macro's line.
var macroName = regexp.MustCompile(`^(%?[A-Z][A-Za-z0-9]{1,2}|%[A-Z])$`)

// literal escapes what is to be copied: quotes, tildes and hyphens stay what they are, and
// no word is a macro or a delimiter.
func literal(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`, "'", `\(aq`, `"`, `\(dq`).Replace(text)
	words := strings.Split(text, " ")
	for i, w := range words {
		if macroName.MatchString(w) || len(w) == 1 && strings.ContainsAny(w, delimiters+"([|") || strings.HasPrefix(w, ".") {
			words[i] = `\&` + w
		}
	}
	return strings.Join(words, " ")
}
