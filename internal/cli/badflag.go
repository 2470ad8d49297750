package cli

import (
	"errors"
	"slices"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
	"rdnsproxy/safetext"

	"github.com/spf13/pflag"
)

// badFlag turns pflag's error for a command line into a Refusal in our words, with a
// suggestion; otherwise is the hint if no flag is similar.
func badFlag(err error, fs *pflag.FlagSet, otherwise string) error {
	var (
		unknown *pflag.NotExistError
		lacking *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		name := unknown.GetSpecifiedName()[:1]
		if habit := habits(name); habit != "" {
			otherwise = habit + "; " + otherwise
		}
		return console.Refuse(exit.Usage, otherwise, "unknown flag %s", console.Quoted("-"+name))
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		var names []string
		fs.VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		return console.Refuse(exit.Usage, didYouMean("--"+name, names, otherwise),
			"unknown flag %s", console.Quoted("--"+name))
	case errors.As(err, &lacking):
		return console.Refuse(exit.Usage, otherwise,
			"flag %s needs an argument", console.Quoted(dashed(lacking.GetFlag(), lacking.GetSpecifiedName())))
	case errors.As(err, &invalid):
		return console.Refuse(exit.Usage, otherwise, "bad value %s for %s: %s", console.Quoted(invalid.GetValue()), console.Quoted("--"+invalid.GetFlag().Name), wanted(invalid))
	}
	return console.Refuse(exit.Usage, otherwise, "%s", safetext.Line(err.Error()))
}

// habits returns what to write instead of a flag of ssh's; "" if there is nothing.
func habits(shorthand string) string {
	switch shorthand {
	case "p", "P":
		return "a port is written HOST:PORT"
	case "l":
		return "a user is written user@HOST"
	case "o", "J", "i":
		return "ssh's options are read from its configuration; -F FILE names another file"
	}
	return ""
}

// dashed returns a flag as typed, with its dashes.
func dashed(f *pflag.Flag, name string) string {
	if name == f.Shorthand {
		return "-" + name
	}
	return "--" + name
}

// badValue says what is wrong with the value of an environment variable.
func badValue(err error) string {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return "bad value " + console.Quoted(invalid.GetValue()) + ": " + wanted(invalid)
	}
	return safetext.Line(err.Error())
}

// wanted says what a flag takes. For the types that pflag parses itself it replaces the
// library's error text; errors of our own types can be shown.
func wanted(invalid *pflag.InvalidValueError) string {
	switch invalid.GetFlag().Value.Type() {
	case "bool":
		return "expected true or false"
	case "int":
		return "expected a whole number"
	case "stringSlice":
		return "expected words separated by commas, without quotes"
	}
	return safetext.Line(errors.Unwrap(invalid).Error())
}

// notAPort refuses a port in the place of a target, where nc, telnet and the relay have
// one. A single number is an address (inet_aton).
func notAPort(command string, operands []string) error {
	i := slices.IndexFunc(operands, target.IsPort)
	if i < 0 || len(operands) < 2 {
		return nil
	}
	hint := "a port is written HOST:PORT"
	if i > 0 {
		hint += ": rdnsproxy " + command + " " + withPort(operands[i-1], operands[i])
	}
	return console.Refuse(exit.Usage, hint, "%s looks like a port, but a target is a host", console.Quoted(operands[i]))
}

// withPort returns a target with a port, as it would be typed.
func withPort(host, port string) string {
	switch _, p, err := target.SplitPort(host); {
	case err != nil || p != 0:
		return "HOST:" + port
	case strings.Contains(host, ":") && host[0] != '[':
		host = "[" + host + "]"
	}
	return safetext.Shell(host + ":" + port)
}
