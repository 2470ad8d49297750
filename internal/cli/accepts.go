package cli

import (
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Accepts reads a command line as Run does, and does nothing else: the error is what Run
// would refuse it with, nil if it would go to work. What Run would say before that, such as
// that a flag is ignored, goes to w.Err. What only the work can find out, such as whether a
// file is there, is not looked at.
//
// Each command reads in its Args and PreRunE, and works in its RunE.
func Accepts(w World, args []string) error {
	call, err := classify(args)
	if err != nil {
		return err
	}
	if call.relay {
		_, err := parseRelay(w, call.args)
		if errors.Is(err, pflag.ErrHelp) {
			return nil
		}
		return err
	}
	if slices.Contains(wrapped, call.args[0]) { // the relay reads the variables
		if err := fromEnvironment(relayFlags(), w); err != nil {
			return err
		}
	}
	w.Stdout = io.Discard
	root := commandTree(w)
	idle(root)
	root.SetArgs(call.args)
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	root.SetHelpFunc(func(*cobra.Command, []string) {})
	return root.Execute()
}

// idle makes the commands do nothing once their command line is read.
func idle(c *cobra.Command) {
	if c.Runnable() && c.Name() != "help" { // help only reads: the words have to be there
		c.Run, c.RunE = nil, func(*cobra.Command, []string) error { return nil }
	}
	for _, sub := range c.Commands() {
		idle(sub)
	}
}
