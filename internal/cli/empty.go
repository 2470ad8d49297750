package cli

import (
	"slices"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"

	"github.com/spf13/pflag"
)

// refuseEmpty refuses flags that were given an empty value, as by --shard "$SHARD" where
// SHARD is not set. Taken as flags that are not there, they would have a run do something
// else than was asked for, and nobody would see it. An optionalString may be empty: its
// owner decides.
func refuseEmpty(fs *pflag.FlagSet) error {
	var bad error
	fs.Visit(func(f *pflag.Flag) {
		if bad == nil && emptied(f.Value) {
			bad = console.Refuse(exit.Usage, "give it a value, or leave the flag out", "--%s has an empty value", f.Name)
		}
	})
	return bad
}

// emptied reports whether a value that was set is empty, or one of several is.
func emptied(v pflag.Value) bool {
	switch v := v.(type) {
	case optionalString, *outputPath: // its owner decides; it has refused it
		return false
	case pflag.SliceValue:
		return len(v.GetSlice()) == 0 || slices.Contains(v.GetSlice(), "")
	}
	return v.Type() == "string" && v.String() == ""
}
