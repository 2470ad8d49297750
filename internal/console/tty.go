package console

import (
	"context"
	"errors"
	"strings"

	"rdnsproxy/limits"
)

// Errors of a Terminal: nobody can be asked there, or nobody has answered.
var (
	ErrNoTerminal = errors.New("there is no terminal")
	ErrBackground = errors.New("the process is in the background of its terminal")
	ErrNoAnswer   = errors.New("no answer")
)

// Choose asks a question on the terminal and returns the answer, one of the given words,
// which the user may type in any case. An empty line is the first of them, as it is "no" for
// OpenSSH's confirm (sshconnect.c). After any other line it asks again, a few times.
//
// What was typed before the question does not answer it. The error is ErrInterrupted after
// Ctrl-C or a signal that ends programs, ErrNoAnswer at the end of input and after too many
// other answers, or that of ctx. In each case the terminal is left as it was.
func (t *Terminal) Choose(ctx context.Context, question, again string, answers ...string) (string, error) {
	done := t.begin()
	defer done()
	for prompt, n := question, 0; n < limits.AskTries; prompt, n = again, n+1 {
		t.put(prompt)
		line, err := t.answer(ctx, prompt)
		if err != nil {
			t.write("\n") // the cursor is behind the question
			return "", err
		}
		line = strings.TrimSpace(line)
		if line == "" {
			return answers[0], nil
		}
		for _, a := range answers {
			if strings.EqualFold(line, a) {
				return a, nil
			}
		}
	}
	return "", ErrNoAnswer
}
