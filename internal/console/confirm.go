package console

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"rdnsproxy/internal/exit"
)

// Confirm is nil if the change to what that was shown is wanted.
func Confirm(w World, what string, yes bool) error {
	switch {
	case yes:
		return nil
	case !IsTerminal(w.In) || !IsTerminal(w.Err):
		return Refuse(exit.Found, "use --yes to write without asking", "nothing was written: stdin or stderr is not a terminal")
	case !confirmed(w, what):
		return Refuse(exit.Found, "", "nothing was written")
	}
	return nil
}

// confirmed asks the person at the terminal; silence is a no.
func confirmed(w World, what string) bool {
	fmt.Fprint(w.Err, "apply this change to "+what+"? [y/N] ")
	answer, err := bufio.NewReader(io.LimitReader(w.In, 80)).ReadString('\n')
	if err != nil {
		fmt.Fprintln(w.Err) // the end of the input ends no line
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
