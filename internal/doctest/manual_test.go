package doctest

import (
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rdnsproxy/internal/cli"
	"rdnsproxy/internal/manual"
)

func manualPages(t *testing.T) map[string]string {
	t.Helper()
	pages, err := manual.Pages(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, p := range pages {
		texts[p.Name] = string(p.Text)
	}
	return texts
}

// TestDocsManual: mandoc has nothing to say against the manual pages, and they fit in 80
// columns.
func TestDocsManual(t *testing.T) {
	t.Chdir(root)
	dir := filepath.Join(t.TempDir(), "man1")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	pages := manualPages(t)
	for name, text := range pages {
		path := filepath.Join(dir, name+".1")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("mandoc", "-T", "lint", "-W", "style", path).Output()
		if len(out) == 0 && err != nil {
			t.Fatalf("mandoc: %v", err)
		}
		for line := range strings.Lines(string(out)) {
			// Which pages this machine has is not the page's fault; its own are checked below.
			if !strings.Contains(line, "referenced manual not found") {
				t.Error(line)
			}
		}
		for _, ref := range regexp.MustCompile(`Xr (rdnsproxy\S*) (\d)`).FindAllStringSubmatch(text, -1) {
			if _, there := pages[ref[1]]; !there || ref[2] != "1" {
				t.Errorf("%s refers to %s(%s)", name, ref[1], ref[2])
			}
		}
		for _, ref := range regexp.MustCompile(`Sx ([^.,:;)\n]+?) ?[.,:;)\n]`).FindAllStringSubmatch(text, -1) {
			if !strings.Contains(text, "\n.Sh "+ref[1]+"\n") {
				t.Errorf("%s refers to its section %q", name, ref[1])
			}
		}
		shown, err := exec.Command("mandoc", "-T", "utf8", "-O", "width=80", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		plain := regexp.MustCompile(`.\x08`).ReplaceAllString(string(shown), "")
		for line := range strings.Lines(plain) {
			if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > 80 {
				t.Errorf("%s is too wide: %s", name, line)
			}
		}
		if bad := regexp.MustCompile(`(?m)\\&|^ *\.[A-Z][a-z]\b|'help |rdnsproxy help [a-z]`).FindString(plain); bad != "" && name != "rdnsproxy-help" {
			t.Errorf("%s shows %q", name, bad)
		}
	}
}

var (
	flagOfHelp = regexp.MustCompile(`(?m)^ {2,6}(?:-\w, )?--([a-z0-9-]+)`)
	flagOfPage = regexp.MustCompile(`(?m)^\.It (?:Fl \w , )?Fl \\-([a-z0-9\\-]+)`)
)

// TestDocsManualFlags: a page has the flags of its command's help, and no others.
func TestDocsManualFlags(t *testing.T) {
	t.Chdir(root)
	pages := manualPages(t)
	commands := map[string][][]string{"rdnsproxy": {{"help"}}}
	for name := range pages {
		if command, ok := strings.CutPrefix(name, "rdnsproxy-"); ok {
			commands[name] = [][]string{{"help", command}}
		}
	}
	for _, sub := range []string{"add", "list", "remove", "verify"} {
		commands["rdnsproxy-hosts"] = append(commands["rdnsproxy-hosts"], []string{"help", "hosts", sub})
	}
	for _, sub := range []string{"show", "clear"} {
		commands["rdnsproxy-cache"] = append(commands["rdnsproxy-cache"], []string{"help", "cache", sub})
	}
	for name, texts := range commands {
		help, page := map[string]bool{}, map[string]bool{}
		for _, args := range texts {
			for _, m := range flagOfHelp.FindAllStringSubmatch(printed(t, args...), -1) {
				help[m[1]] = true
			}
		}
		delete(help, "help")                                     // only the help of help has it
		options, _, _ := strings.Cut(pages[name], ".Sh TARGETS") // whose tags are flags too
		_, options, _ = strings.Cut(options, ".Sh DESCRIPTION")
		if name == "rdnsproxy" {
			_, options, _ = strings.Cut(options, ".Sh OPTIONS")
		}
		for _, m := range flagOfPage.FindAllStringSubmatch(options, -1) {
			page[strings.ReplaceAll(m[1], `\`, "")] = true
		}
		if !maps.Equal(help, page) {
			t.Errorf("%s: help has %q, the page %q", name, slices.Sorted(maps.Keys(help)), slices.Sorted(maps.Keys(page)))
		}
	}
	if n := len(flagOfHelp.FindAllString(printed(t, "help", "check"), -1)); n < 40 {
		t.Errorf("found %d flags in the help of check", n)
	}
}

// TestDocsManualTopics: what help says about a topic is in a page.
func TestDocsManualTopics(t *testing.T) {
	t.Chdir(root)
	all := ""
	for _, text := range manualPages(t) {
		all += text
	}
	words := regexp.MustCompile(`[A-Za-z]{6,}`)
	for _, topic := range cli.NewReference().Topics {
		for _, word := range words.FindAllString(topic.Text, -1) {
			if !strings.Contains(strings.ToLower(all), strings.ToLower(word)) {
				t.Errorf("no page says %q, as 'help %s' does", word, topic.Name)
			}
		}
	}
}

// printed returns what the program prints.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if status := cli.Run(t.Context(), cli.World{Out: out, Err: out}, args); status != 0 {
		t.Fatalf("%q: status %d", args, status)
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
