package console

import (
	"os"
	"testing"
)

// TestColored: the flag takes precedence over the environment, NO_COLOR over
// CLICOLOR_FORCE, and a file is plain unless the flag says otherwise.
func TestColored(t *testing.T) {
	_, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	for _, tt := range []struct {
		name string
		mode ColorMode
		env  []string
		file *os.File
		want bool
	}{
		{"pipe", ColorAuto, nil, pipe, false},
		{"zero mode", "", nil, pipe, false},
		{"always", ColorAlways, nil, pipe, true},
		{"always to a file", ColorAlways, nil, nil, true},
		{"always beats NO_COLOR", ColorAlways, []string{"NO_COLOR=1", "TERM=dumb"}, pipe, true},
		{"forced", ColorAuto, []string{"CLICOLOR_FORCE=1"}, pipe, true},
		{"forced on a dumb terminal", ColorAuto, []string{"CLICOLOR_FORCE=1", "TERM=dumb"}, pipe, true},
		{"not forced", ColorAuto, []string{"CLICOLOR_FORCE=0"}, pipe, false},
		{"NO_COLOR beats force", ColorAuto, []string{"CLICOLOR_FORCE=1", "NO_COLOR=1"}, pipe, false},
		{"empty NO_COLOR", ColorAuto, []string{"CLICOLOR_FORCE=1", "NO_COLOR="}, pipe, true},
		{"force is for stdout", ColorAuto, []string{"CLICOLOR_FORCE=1"}, nil, false},
		{"never beats force", ColorNever, []string{"CLICOLOR_FORCE=1"}, pipe, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (World{Env: tt.env}).Colored(tt.mode, tt.file); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}
