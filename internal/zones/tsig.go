package zones

import (
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// Key is a secret that this machine shares with a server (TSIG, RFC 8945).
type Key struct {
	name, algorithm string // with their final dots
	secret          string // base64
}

// keyHint is the hint where a key cannot be read.
const keyHint = `--tsig-file takes a key as tsig-keygen writes it: key "NAME" { algorithm hmac-sha256; secret "..."; };`

// maxKeyFile is the size of a file with a key, in bytes.
const maxKeyFile = 64 << 10

// keyAlgorithms are those that can be used, without their final dots.
var keyAlgorithms = []string{"hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"}

// KeyFile reads the one key in a file, in the form of named.conf(5). The error is a
// Refusal, which never has the secret in it.
func KeyFile(path string) (*Key, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, console.Refuse(exit.Usage, keyHint, "%s: %v", safetext.Line(path), reason(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err == nil {
		var key *Key
		if key, err = parseKey(string(text)); err == nil {
			return key, nil
		}
	}
	return nil, console.Refuse(exit.Usage, keyHint, "%s: %v", safetext.Line(path), reason(err))
}

// parseKey reads a key statement.
func parseKey(text string) (*Key, error) {
	words := keyWords(text)
	if len(words) < 3 || words[0] != "key" || words[2] != "{" {
		return nil, errors.New("there is no key in it")
	}
	key := &Key{name: dns.CanonicalName(words[1])}
	rest := words[3:]
	for len(rest) >= 3 && rest[0] != "}" {
		if rest[2] != ";" {
			return nil, errors.New("a semicolon is missing")
		}
		switch strings.ToLower(rest[0]) {
		case "algorithm":
			key.algorithm = dns.CanonicalName(rest[1])
		case "secret":
			key.secret = rest[1]
		}
		rest = rest[3:]
	}
	_, notBase64 := base64.StdEncoding.DecodeString(key.secret)
	switch {
	case len(rest) == 0 || rest[0] != "}":
		return nil, errors.New("the key has no end")
	case slices.Contains(rest, "key"):
		return nil, errors.New("there are several keys in it")
	case !slices.Contains(keyAlgorithms, strings.TrimSuffix(key.algorithm, ".")):
		return nil, errors.New("the algorithm is none of " + strings.Join(keyAlgorithms, ", "))
	case key.secret == "" || notBase64 != nil:
		return nil, errors.New("the secret is not base64")
	}
	return key, nil
}

// keyWords splits a text into words and punctuation, without comments and quotes.
func keyWords(text string) (words []string) {
	for text != "" {
		switch {
		case strings.HasPrefix(text, "#"), strings.HasPrefix(text, "//"):
			_, text, _ = strings.Cut(text, "\n")
		case strings.HasPrefix(text, "/*"):
			_, text, _ = strings.Cut(text[2:], "*/")
		case strings.ContainsRune(" \t\r\n", rune(text[0])):
			text = text[1:]
		case strings.ContainsRune("{};", rune(text[0])):
			words, text = append(words, text[:1]), text[1:]
		case text[0] == '"':
			var word string
			word, text, _ = strings.Cut(text[1:], `"`)
			words = append(words, word)
		default:
			end := strings.IndexAny(text, " \t\r\n{};\"#")
			if end < 0 {
				end = len(text)
			}
			words, text = append(words, text[:end]), text[end:]
		}
	}
	return words
}
