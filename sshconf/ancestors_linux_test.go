package sshconf

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestClearedEnvironment: a Match exec that asks this package again, with the
// environment cleared, ends all the same. The test binary stands for the program.
func TestClearedEnvironment(t *testing.T) {
	const asks = "SSHCONF_TEST_ASKS"
	file := os.Getenv(asks)
	if file != "" { // as the command of the Match exec
		log, err := os.OpenFile(filepath.Join(filepath.Dir(file), "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		log.WriteString("x")
		if st, _ := log.Stat(); st.Size() > 8 {
			t.Fatal("it goes on and on")
		}
		Query{Host: "web", File: file, Home: filepath.Dir(file)}.Lookup(t.Context())
		return
	}
	q := write(t, "")
	text := "Match exec \"env -i PATH=/usr/bin:/bin " + asks + "=" + q.File + " " + os.Args[0] +
		" -test.run=^TestClearedEnvironment$ >&2\"\n\tPort 7\n"
	if err := os.WriteFile(q.File, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := q.Lookup(t.Context())
	if err != nil || h.Port != 7 {
		t.Fatalf("%+v, %v", h, err)
	}
	log, err := os.ReadFile(filepath.Join(filepath.Dir(q.File), "log"))
	if err != nil || strings.Trim(string(log), "x") != "" || len(log) != 1 {
		t.Errorf("it was evaluated %q, %v", log, err)
	}
}
