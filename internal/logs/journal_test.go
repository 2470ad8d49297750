package logs

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rdnsproxy/sshdlog"
)

// recorded is where real logs are.
const recorded = "../../sshdlog/testdata/recorded"

// madeJournal makes a journal file of a recorded one.
func madeJournal(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "made.journal")
	const program = "/lib/systemd/systemd-journal-remote"
	cmd := exec.Command(program, "--output="+path, filepath.Join(recorded, "day-info-journal.export"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s (Debian: systemd-journal-remote): %v\n%s", program, err, out)
	}
	return path
}

// kinds reads a set, and returns its events without their times.
func kinds(t *testing.T, o Options) (string, []Input) {
	t.Helper()
	s := open(t, o)
	var all []string
	inputs, err := s.Events(t.Context(), func(f *sshdlog.Frame, e *sshdlog.Event) error {
		all = append(all, strings.SplitN(show(f, e), " ", 2)[1])
		return nil
	}, nil)
	if _, ok := errors.AsType[*NothingRead](err); err != nil && !ok {
		t.Fatal(err)
	}
	return strings.Join(all, "\n"), inputs
}

// TestJournal: a journal says the same through journalctl, as JSON and in the export format;
// named as a file, by its directory, or by --journal.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	path := madeJournal(t, dir)
	want, inputs := kinds(t, Options{Names: []string{filepath.Join(recorded, "day-info-journal.json")}})
	if len(want) < 1000 || inputs[0].Framing() != sshdlog.JournalJSON {
		t.Fatalf("%d bytes of events, %v", len(want), inputs[0].Framing())
	}
	machine := filepath.Join(t.TempDir(), "journal")
	if err := os.MkdirAll(filepath.Join(machine, "0123456789abcdef0123456789abcdef"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(path, filepath.Join(machine, "0123456789abcdef0123456789abcdef", "system.journal")); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"export":    {Names: []string{filepath.Join(recorded, "day-info-journal.export")}},
		"file":      {Names: []string{path}},
		"directory": {Names: []string{dir}},
		"-D":        {Journal: true, JournalDir: dir},
		"named":     {Names: []string{machine}},
	} {
		t.Run(name, func(t *testing.T) {
			got, inputs := kinds(t, o)
			if got != want || len(inputs) != 1 || inputs[0].Err != nil {
				t.Errorf("%v:\n%s\nwant\n%s", inputs, got, want)
			}
		})
	}
}

// TestJournalctl: what journalctl says about what this user cannot see is not lost, nor that
// it fails or that there is none.
func TestJournalctl(t *testing.T) {
	good := filepath.Join(recorded, "day-info-journal.json")
	const (
		hint   = "Hint: You are currently not seeing messages from other users and the system."
		denied = "No journal files were opened due to insufficient permissions."
		option = "journalctl: unrecognized option '--output-fields=x'"
	)
	for name, c := range map[string]struct {
		script  string
		partial bool
		err     string
	}{
		"all":     {"cat " + good, false, ""},
		"partial": {"echo '" + hint + "' >&2; cat " + good, true, ""},
		"denied":  {"echo '" + denied + "' >&2; exit 1", false, "this user may not read the journal"},
		"fails":   {"cat " + good + "; echo 'Failed to iterate: Bad message' >&2; exit 1", false, "Bad message"},
		"old": {`case "$*" in *output-fields*) echo "` + option + `" >&2; exit 1;; *) cat ` + good + ";; esac",
			false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			good, err := filepath.Abs(good)
			if err != nil {
				t.Fatal(err)
			}
			bin := t.TempDir()
			script := "#!/bin/sh\n" + strings.ReplaceAll(c.script, filepath.Join(recorded, "day-info-journal.json"), good) + "\n"
			if err := os.WriteFile(filepath.Join(bin, "journalctl"), []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", bin+":/bin:/usr/bin")
			got, inputs := kinds(t, Options{Journal: true})
			in := inputs[0]
			if in.Partial != c.partial || (in.Err == nil) != (c.err == "") ||
				in.Err != nil && !strings.Contains(in.Err.Error(), c.err) {
				t.Errorf("partial %v, %v", in.Partial, in.Err)
			}
			if (got == "") != (name == "denied") {
				t.Errorf("%d bytes of events", len(got))
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, inputs := kinds(t, Options{Journal: true})
		if inputs[0].Err == nil || inputs[0].Err.Error() != "the program journalctl is not installed" {
			t.Error(inputs[0].Err)
		}
	})
}
