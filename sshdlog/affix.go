package sshdlog

// What bytes does with prefixes and suffixes, for strings: where they are constants, the
// compiler compares words instead of calling a function.

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

func hasSuffix(b []byte, s string) bool { return len(b) >= len(s) && string(b[len(b)-len(s):]) == s }

func cutPrefix(b []byte, s string) ([]byte, bool) {
	if hasPrefix(b, s) {
		return b[len(s):], true
	}
	return b, false
}

func cutSuffix(b []byte, s string) ([]byte, bool) {
	if hasSuffix(b, s) {
		return b[:len(b)-len(s)], true
	}
	return b, false
}

func trimPrefix(b []byte, s string) []byte {
	b, _ = cutPrefix(b, s)
	return b
}

func trimSuffix(b []byte, s string) []byte {
	b, _ = cutSuffix(b, s)
	return b
}
