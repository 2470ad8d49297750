package zones

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"rdnsproxy/internal/console"
)

// plain says in plain words what dns.ZoneParser found wrong: what was expected, and what
// is there. text is its error without file and line, which is WHAT: "TOKEN".
func plain(text string) string {
	what, token := text, ""
	for i := range len(text) {
		if strings.HasPrefix(text[i:], `: "`) {
			if t, err := strconv.Unquote(text[i+2:]); err == nil {
				what, token = text[:i], t
				break
			}
		}
	}
	if known, ok := ofLexer[token]; ok {
		return known
	}
	_, isType := dns.StringToType[strings.ToUpper(token)]
	_, isClass := dns.StringToClass[strings.ToUpper(token)]
	switch {
	case what == token:
		return what
	case strings.HasPrefix(what, "no blank after owner"), strings.HasPrefix(what, "no blank before"):
		return beginning + ", but the line ends"
	case what == "not a TTL" && isType: // only the last word of a file is not taken for one
		return noData
	case what == "not a TTL" && isClass:
		return "expected a type after the class, but the line ends"
	case what == "not a TTL" && strings.HasPrefix(token, "$"):
		return console.Quoted(token) + ": expected a value after it, but the line ends"
	}
	expected, ok := ofParser[what]
	words := strings.Fields(what)
	switch {
	case ok:
	case what == "too deeply nested $INCLUDE":
		return "$INCLUDE: " + console.Quoted(token) + " is more than 7 deep: does it include itself?"
	case strings.HasSuffix(what, "in $GENERATE range"):
		expected = "$GENERATE: expected a range such as 1-100, of at most 65536 steps"
	case strings.HasSuffix(what, "in $GENERATE"):
		expected = "$GENERATE: expected a modifier such as ${0,3,d}"
	case strings.HasPrefix(what, "no blank after $"):
		expected = "expected a blank after " + strings.TrimSuffix(words[3], "-directive")
	case len(words) >= 3 && words[0] == "bad":
		field := strings.Join(words[2:], " ")
		expected = words[1] + " record: expected " + ofField(words[1], field)
	default:
		expected = what + ""
	}
	switch {
	case strings.Trim(token, "\r\n") == "":
		return expected + ", but the line ends"
	case strings.TrimSpace(token) == "":
		return expected
	}
	return fmt.Sprintf("%s, not %s", expected, console.Quoted(token))
}

// ofLexer are the errors of dns.ZoneParser that are about no word.
var ofLexer = map[string]string{
	"extra closing brace":                     "a parenthesis is closed that was not opened",
	"unbalanced brace":                        "a parenthesis is not closed",
	"unknown RR type":                         "unknown record type",
	"comment length insufficient for parsing": "the comment is too long",
}

const (
	badName   = "expected a domain name"
	beginning = "expected a type, TTL or class"
	noData    = "expected data after the type, but the line ends"
	end       = "expected the end of the line"
)

// ofParser are what dns.ZoneParser expected, by its errors.
var ofParser = map[string]string{
	"not a TTL":                 beginning,
	"unknown RR type":           "expected a type",
	"unexpected newline":        "expected data after the type",
	"syntax error at beginning": "expected a name, a type or a directive",
	"bad owner name":            badName,
	"garbage after rdata":       end,
	"garbage after $INCLUDE":    end,
	"bad origin name":           "$ORIGIN: expected a domain name",
	"bad initial origin name":   "$ORIGIN: expected a domain name",

	"expecting RR type, TTL or class, not this...": beginning,
	"expecting RR type or class, not this...":      "expected a type or class",
	"expecting RR type or TTL, not this...":        "expected a type or TTL",
	"expecting $TTL value, not this...":            "$TTL: expected a time such as 3600 or 1h",
	"expecting $ORIGIN value, not this...":         "$ORIGIN: expected a domain name",
	"expecting $INCLUDE value, not this...":        "$INCLUDE: expected a file",
	"expecting $GENERATE value, not this...":       "$GENERATE: expected a range such as 1-100",
	"nested $GENERATE directive not allowed":       "$GENERATE: expected a record",
	"bad data in $GENERATE directive":              "$GENERATE: expected a record",
}

// ofField is what a field of a record has to be.
func ofField(rtype, field string) string {
	switch rtype + " " + field {
	case "A A":
		return "an IPv4 address"
	case "AAAA AAAA":
		return "an IPv6 address"
	case "SOA zone parameter":
		return "a number or a time (serial, refresh, retry, expire and minimum)"
	case "SOA Mbox":
		return "a mail address written as a domain name"
	case "NAPTR Flags", "URI Target":
		return "a text in quotes"
	}
	switch field {
	case "Ns", "Ptr", "Target", "Mx", "Mb", "Md", "Mf", "Mg", "Mr", "Host", "Hostname", "Fqdn", "Exchanger", "NextDomain",
		"SignerName", "Replacement", "Mbox", "Email", "Rmail", "PreviousName", "NextName":
		return "a domain name"
	case "Pref", "Preference", "Priority", "Weight", "Port", "Order", "Flag", "Flags", "Algorithm", "KeyTag", "DigestType",
		"Type", "Usage", "Selector", "MatchingType", "Labels", "OrigTtl", "Iterations", "Hash", "Protocol", "Serial":
		return "a number (" + strings.ToLower(field) + ")"
	case "Txt", "Value":
		return "a text with its quotes closed"
	case "Fingerprint", "Digest":
		return "a number in hexadecimal (" + strings.ToLower(field) + ")"
	}
	return "a valid " + field
}
