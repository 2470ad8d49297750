package console_test

import (
	"runtime"
	"slices"
	"testing"

	"rdnsproxy/internal/console"
)

// TestEnvironment: variables are those that a child process would see.
func TestEnvironment(t *testing.T) {
	w := console.World{Env: []string{"A=first", "EMPTY=", "nothing", "Path=/bin", "A=last", "AA=x"}}
	for name, want := range map[string]struct {
		value string
		set   bool
	}{
		"A": {"last", true}, "EMPTY": {"", true}, "nothing": {}, "NONE": {}, "AA": {"x", true},
		"Path": {"/bin", true}, "PATH": {map[bool]string{true: "/bin"}[runtime.GOOS == "windows"], runtime.GOOS == "windows"},
	} {
		t.Run(name, func(t *testing.T) {
			if value, set := w.LookupEnv(name); value != want.value || set != want.set || w.Getenv(name) != want.value {
				t.Errorf("%q, %t; want %q, %t", value, set, want.value, want.set)
			}
		})
	}
	if got := w.WithEnv("A", "new"); !slices.Equal(got, []string{"EMPTY=", "nothing", "Path=/bin", "AA=x", "A=new"}) {
		t.Errorf("with A set: %q", got)
	}
	if w.Getenv("A") != "last" {
		t.Error("WithEnv changed the World")
	}
}
