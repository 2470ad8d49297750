package console

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"rdnsproxy/internal/exit"
)

// Confirm asks whether to apply the change to file that was just shown, unless yes
// is set. It returns nil to go ahead, otherwise a Refusal with status exit.Found; the
// change is refused too if stdin or stderr is not a terminal.
func Confirm(w World, file string, yes bool) error {
	switch {
	case yes:
		return nil
	case !IsTerminal(w.In) || !IsTerminal(w.Err):
		return Refuse(exit.Found, "use --yes to write without asking",
			"nothing was written: stdin or stderr is not a terminal")
	case !confirmed(w, file):
		return Refuse(exit.Found, "", "nothing was written")
	}
	return nil
}

// confirmed asks the user at the terminal; an empty answer means no.
func confirmed(w World, file string) bool {
	fmt.Fprint(w.Err, "apply this change to "+file+"? [y/N] ")
	answer, err := bufio.NewReader(io.LimitReader(w.In, 80)).ReadString('\n')
	if err != nil {
		fmt.Fprintln(w.Err) // at end of input the terminal has not echoed a newline
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
