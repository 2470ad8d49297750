package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/internal/exit"

	"github.com/spf13/pflag"
)

// TestMergeAndFlags: each flag of check is obeyed by --merge, or refused.
func TestMergeAndFlags(t *testing.T) {
	dir := t.TempDir()
	results := filepath.Join(dir, "results")
	line := `{"schema":1,"target":"a.example.com","host":"a.example.com","port":22,"verdict":"missing","severity":"notice",` +
		`"forward":{"a":"ok","aaaa":"ok","canonical":"","source":"","ttl":0},"addresses":[],` +
		`"findings":[{"code":"reverse.missing","severity":"notice","text":"no PTR record"}],"timings":{"resolve_seconds":0.5,"reverse_seconds":0}}`
	if err := os.WriteFile(results, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	merge := func(args ...string) (status int, out string) {
		t.Helper()
		return runIn(t, dir, append(append([]string{"check", "--merge"}, args...), results)...)
	}
	plain, report := merge()
	values := map[string]string{ // that flags take, if not a word
		"format": "csv", "output": filepath.Join(dir, "report"), "color": "always", "fail-on": "notice",
		"resolver": "192.0.2.53", "jobs": "3", "rate": "3", "shard": "1/2", "wait": "1s", "client": "192.0.2.1", "compare": "192.0.2.53",
		"check-timeout": "1s", "connect-timeout": "1s", "target-timeout": "1s", "via": "socks5://127.0.0.1:1080", "axfr": "example.com@192.0.2.53",
	}
	obeyed := 0
	var all []*pflag.Flag
	c, _, err := commandTree(World{}).Find([]string{"check"})
	if err != nil {
		t.Fatal(err)
	}
	c.Flags().VisitAll(func(f *pflag.Flag) { all = append(all, f) })
	for _, f := range all {
		arg := "--" + f.Name
		if f.NoOptDefVal == "" {
			value := values[f.Name]
			if value == "" {
				value = "word"
			}
			arg += "=" + value
		}
		args := []string{arg}
		switch f.Name {
		case "merge":
			continue
		case "via-auth-file", "remote-dns":
			args = append(args, "--via=socks5://127.0.0.1:1080")
		}
		status, out := merge(args...)
		switch refused := strings.Contains(out, "--merge only reads results: it cannot obey"); {
		case refused && (status != exit.Usage || slices.Contains(mergeObeys(), f.Name)):
			t.Errorf("%s: status %d, %s", arg, status, out)
		case refused:
		case !slices.Contains(mergeObeys(), f.Name):
			t.Errorf("%s is neither obeyed nor refused: status %d, %s", arg, status, out)
		case status == plain && out == report && f.Name != "partial": // which has nothing to do
			t.Errorf("%s changes nothing: %s", arg, out)
		default:
			obeyed++
		}
	}
	if want := len(mergeObeys()) - 2; obeyed < want { // merge, and help, which is registered later
		t.Errorf("%d flags are obeyed, want %d", obeyed, want)
	}
}

// runIn runs the program, and returns its exit status and what it prints.
func runIn(t *testing.T, dir string, args ...string) (status int, printed string) {
	t.Helper()
	file := filepath.Join(dir, "printed")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	status = Run(t.Context(), World{Out: out, Err: out, Env: []string{"HOME=" + dir}}, args)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return status, string(bytes.ReplaceAll(b, []byte(dir), []byte("DIR")))
}
