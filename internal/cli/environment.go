package cli

import (
	"slices"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/sshconf"

	"github.com/spf13/pflag"
)

// variablePrefix begins the name of every variable that sets a flag.
const variablePrefix = "RDNSPROXY_"

// withoutVariable is the annotation of a flag that the environment cannot set.
const withoutVariable = "without variable"

// variable returns the environment variable of a long flag.
func variable(flag string) string {
	return variablePrefix + strings.ReplaceAll(strings.ToUpper(flag), "-", "_")
}

// anyVariable reports whether any of our variables is set, which is rare.
func anyVariable(w World) bool {
	return slices.ContainsFunc(w.Env, func(v string) bool { return strings.HasPrefix(v, variablePrefix) })
}

// fromEnvironment sets the flags that were not given on the command line. A bad value is
// an error for the relay too: silently using a different policy than the requested one
// would be worse than no connection.
func fromEnvironment(fs *pflag.FlagSet, w World) error {
	if (fs.Changed("via-auth-file") || fs.Changed("remote-dns")) && !fs.Changed("via") && w.Getenv(variable("via")) == "" {
		return console.Refuse(exit.Usage, "for example --via socks5://127.0.0.1:1080", "--via-auth-file and --remote-dns need --via")
	}
	if !anyVariable(w) {
		return nil
	}
	var bad error
	family := fs.Changed("ipv4") || fs.Changed("ipv6") // -4 overrides the environment's -6 too
	fs.VisitAll(func(f *pflag.Flag) {
		if family && (f.Name == "ipv4" || f.Name == "ipv6") {
			return
		}
		name := variable(f.Name)
		value := w.Getenv(name)
		_, without := f.Annotations[withoutVariable]
		if value == "" || f.Changed || bad != nil || without || f.Name == "help" {
			return
		}
		if err := fs.Set(f.Name, value); err != nil {
			bad = console.Refuse(exit.Usage, "unset "+name+" or correct it", "environment variable %s: %s", name, badValue(err))
		}
		if v, ok := f.Value.(*viaFlag); ok {
			v.fromVariable()
		}
	})
	return bad
}

// reportUnknownVariables reports variables that look like ours but set no flag, because a
// misspelt one would be ignored silently.
func reportUnknownVariables(w World, v *console.Voice) {
	if !anyVariable(w) {
		return
	}
	known := []string{console.WrappingEnv, sshconf.EvaluatingEnv} // set by the program itself
	knownFlags().VisitAll(func(f *pflag.Flag) { known = append(known, variable(f.Name)) })
	for _, entry := range w.Env {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, variablePrefix) && value != "" && !slices.Contains(known, name) {
			v.Notice("environment variable " + console.Quoted(name) + " is ignored: " +
				didYouMean(name, known, "'rdnsproxy help environment' lists them"))
		}
	}
}
