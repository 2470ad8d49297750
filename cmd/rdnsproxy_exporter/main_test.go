package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// TestMain runs the program itself if a test has started it.
func TestMain(m *testing.M) {
	if os.Getenv("RDNSPROXY_EXPORTER_TEST") != "" {
		os.Exit(run(os.Args[1:], os.Environ()))
	}
	os.Exit(m.Run())
}

// program is the exporter with these arguments.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), "RDNSPROXY_EXPORTER_TEST=1", "HOME="+t.TempDir())
	return cmd
}

// TestUsage: an error is one line, and the status says whose it is.
func TestUsage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "modules.yml")
	if err := os.WriteFile(file, []byte("modules:\n  lookup:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := lab.StartTCP("", lab.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, row := range []struct {
		args   string
		status int
		out    string // on stdout, or on stderr if it is not 0
	}{
		{"--version", 0, `^rdnsproxy_exporter \S+\n$`},
		{"--help", 0, `^usage: rdnsproxy_exporter `},
		{"--config.check --config.file=" + file, 0, `^rdnsproxy_exporter: .*modules\.yml is valid\n$`},
		{"--config.check", 2, `^rdnsproxy_exporter: --config\.check needs --config\.file\n$`},
		{"--config.file=/nonexistent", 2, `^rdnsproxy_exporter: /nonexistent: no such file or directory\n$`},
		{"--nosuch", 2, `^rdnsproxy_exporter: unknown long flag '--nosuch', try --help\n$`},
		{"operand", 2, `^rdnsproxy_exporter: unexpected operand, try --help\n$`},
		{"--timeout-offset=-1", 2, `^rdnsproxy_exporter: --timeout-offset is a number of seconds from 0 to 60\n$`},
		{"--timeout-offset=NaN", 2, `^rdnsproxy_exporter: --timeout-offset is a number of seconds from 0 to 60\n$`},
		{"--probe.concurrency=0", 2, `^rdnsproxy_exporter: --probe\.concurrency is a number from 1 to 65536`},
		{"--web.config.file=/nonexistent", 2, `^rdnsproxy_exporter: /nonexistent: no such file or directory\n$`},
		{"--web.listen-address=" + taken.Addr().String(), 1, `level=ERROR .*address already in use`},
	} {
		cmd := program(t, strings.Fields(row.args)...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		timer := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
		_ = cmd.Run()
		timer.Stop()
		said := out.String()
		if row.status != 0 {
			said = errs.String()
		}
		if cmd.ProcessState.ExitCode() != row.status || !regexp.MustCompile(row.out).MatchString(said) {
			t.Errorf("%s: %d\n%s%s", row.args, cmd.ProcessState.ExitCode(), &out, &errs)
		}
	}
}

// TestDocsFlags: docs/exporter.md has a row for each flag with its default, and none for
// anything else.
func TestDocsFlags(t *testing.T) {
	doc, err := os.ReadFile("../../docs/exporter.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `--([a-z.-]+)(?:=[A-Z]+)?` \\| (.*?) \\|").FindAllStringSubmatch(string(doc), -1) {
		rows[row[1]] = row[2]
	}
	help, err := program(t, "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range regexp.MustCompile(`(?m)^ {2,6}(?:-\w, )?--(\[no-\])?([a-z.-]+)(?:=(\S+))?`).FindAllStringSubmatch(string(help), -1) {
		row, ok := rows[flag[2]]
		switch value := flag[3]; {
		case flag[2] == "help":
		case !ok:
			t.Errorf("no row for --%s", flag[2])
		case flag[1] == "" && value != "FILE" && value != `""` && row != value:
			t.Errorf("--%s: the default is %s, not %s", flag[2], value, row)
		}
		delete(rows, flag[2])
	}
	for flag := range rows {
		t.Errorf("a row for --%s, which is not a flag", flag)
	}
}
