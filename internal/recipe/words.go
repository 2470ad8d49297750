package recipe

import "strings"

// Words splits a ProxyCommand as the user's shell does. It returns false if the shell
// would do more than that: then what the command does is not known here.
func Words(command string) (words []string, plain bool) {
	var word strings.Builder
	begun, quote := false, byte(0)
	for i := range len(command) {
		c := command[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case c == '\'' && quote == 0, c == '"' && quote == 0:
			begun, quote = true, c
		case quote == '\'':
			word.WriteByte(c)
		case strings.IndexByte("\\$`\n", c) >= 0, quote == 0 && strings.IndexByte(";&|<>(){}*?#", c) >= 0:
			return nil, false
		case quote == 0 && (c == ' ' || c == '\t'):
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			begun = true
			word.WriteByte(c)
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words, quote == 0
}

// Flag returns the values that a flag of ours has among the words of a ProxyCommand; one
// without a value has "".
func Flag(words []string, name string, takesValue bool) (values []string) {
	for i, word := range words {
		switch value, given := strings.CutPrefix(word, "--"+name+"="); {
		case word == "--":
			return values
		case given:
			values = append(values, value)
		case word != "--"+name:
		case !takesValue:
			values = append(values, "")
		case i+1 < len(words):
			values = append(values, words[i+1])
		}
	}
	return values
}
