package doctest

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// languages are those of the fenced blocks, and what reads each: the program it is for.
var languages = map[string]func(*testing.T, block){
	"sh":          func(*testing.T, block) {}, // commands: TestDocsCommands and TestDocsPrograms
	"cron":        cronBlock,
	"console":     func(*testing.T, block) {}, // commands after "$ ", and their output: TestDocsOutput
	"log":         func(*testing.T, block) {}, // lines of sshd's log: TestDocsOutput
	"ssh-config":  sshConfigBlock,             // ssh -G
	"sshd-config": sshdConfigBlock,            // sshd -T
	"systemd":     systemdBlock,               // systemd-analyze verify
	"yaml":        yamlBlock,                  // PyYAML, and promtool if it is for Prometheus
	"json":        jsonBlock,
	"jsonl":       jsonBlock,
	"python":      pythonBlock,
	"text":        textBlock, // diagrams, DNS records, everything that no program here reads
}

// TestDocsBlocks: every fenced block says what it is, and the program that it is for reads it.
func TestDocsBlocks(t *testing.T) {
	t.Chdir(root)
	for _, b := range blocks(t) {
		reads, ok := languages[b.language]
		if !ok {
			t.Errorf("%s: a block of language %q: write one of %s after the ```", b.at(-1), b.language,
				strings.Join(slices.Sorted(maps.Keys(languages)), ", "))
			continue
		}
		reads(t, b)
	}
}

// read runs the program that reads a file with the block.
func (b block) read(t *testing.T, name string, program string, args ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(b.text), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "FILE", path)
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %s does not take this block: %v\n%s", b.at(0), program, err, strings.ReplaceAll(string(out), path, b.path))
	}
}

// sshConfigBlock: no Host of the documents matches, so that no Match exec is run, and yet ssh
// reads every keyword and its value.
func sshConfigBlock(t *testing.T, b block) {
	b.read(t, "config", "ssh", "-G", "-F", "FILE", "no-document-has.this.name.invalid")
}

// TestDocsHelpConfig: ssh reads the configuration that help and the manual pages show.
func TestDocsHelpConfig(t *testing.T) {
	t.Chdir(root)
	found := 0
	for name, text := range helpTexts(t) {
		for _, at := range regexp.MustCompile(`(?m)^ +(?:Host|Match|KnownHostsCommand) [^\t\n]*\n(?: +\S[^\t\n]*\n)*`).FindAllStringIndex(text, -1) {
			found++
			sshConfigBlock(t, block{path: name, line: 1 + strings.Count(text[:at[0]], "\n"), text: text[at[0]:at[1]]})
		}
	}
	if found < 2 {
		t.Errorf("found %d configurations", found)
	}
}

func sshdConfigBlock(t *testing.T, b block) {
	key := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		sshd = "/usr/sbin/sshd"
	}
	command := []string{sshd, "-T", "-f", "FILE", "-h", key, "-C", "user=nobody,host=client.example.com,addr=192.0.2.1,laddr=192.0.2.2,lport=22"}
	// sshd wants /run/sshd even for a test; Debian's unit makes it at every start.
	_, missing := os.Stat("/run/sshd")
	switch {
	case missing != nil && os.Getuid() == 0:
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	case missing != nil:
		command = append([]string{"unshare", "-rm", "sh", "-c", `mount -t tmpfs none /run && mkdir /run/sshd && exec "$@"`, "sh"}, command...)
	}
	b.read(t, "sshd_config", command[0], command[1:]...)
}

// systemdBlock: systemd-analyze needs the name of the unit, which a comment in the first line
// has: "# /etc/systemd/system/x.service".
func systemdBlock(t *testing.T, b block) {
	name := filepath.Base(strings.TrimSpace(strings.TrimPrefix(b.lines()[0], "#")))
	if !regexp.MustCompile(`^[\w@.-]+\.(service|timer|socket|path)$`).MatchString(name) {
		t.Errorf("%s: begin the block with a comment that has the unit's file, such as # /etc/systemd/system/x.service", b.at(0))
		return
	}
	// What the unit runs need not be installed here, and its neighbours are in other blocks.
	text := regexp.MustCompile(`(?m)^(Exec\w+=[-@:+!]*)\S+`).ReplaceAllString(b.text, "${1}/bin/true")
	b.text = text
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(b.text), 0o644); err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".timer") || strings.HasSuffix(name, ".socket") || strings.HasSuffix(name, ".path") {
		service := strings.TrimSuffix(path, filepath.Ext(path)) + ".service"
		if err := os.WriteFile(service, []byte("[Service]\nExecStart=/bin/true\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("systemd-analyze", "verify", "--man=no", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), name+":") {
		t.Errorf("%s: systemd-analyze verify does not take this block: %v\n%s", b.at(0), err, out)
	}
}

// cronBlock: nothing but cron itself reads a crontab, so this only knows its lines.
func cronBlock(t *testing.T, b block) {
	for i, line := range b.lines() {
		if line != "" && !strings.HasPrefix(line, "#") && !regexp.MustCompile(`^\w+ ?=`).MatchString(line) && !cronLine.MatchString(line) {
			t.Errorf("%s: not a line of a crontab: %s", b.at(i), line)
		}
	}
}

func yamlBlock(t *testing.T, b block) {
	b.read(t, "block.yaml", "/usr/bin/python3", "-c", `
import sys, yaml
try:
    list(yaml.safe_load_all(open(sys.argv[1])))
except yaml.YAMLError as e:
    sys.exit(str(e))`, "FILE")
	switch {
	case strings.Contains(b.text, "scrape_configs:"):
		b.read(t, "prometheus.yml", "promtool", "check", "config", "--syntax-only", "FILE")
	case strings.HasPrefix(b.text, "groups:"):
		b.read(t, "rules.yml", "promtool", "check", "rules", "FILE")
	}
}

func jsonBlock(t *testing.T, b block) {
	text := strings.ReplaceAll(b.text, ",...", "") // for members that are left out
	for d := json.NewDecoder(strings.NewReader(text)); ; {
		var v any
		if err := d.Decode(&v); err == io.EOF {
			return
		} else if err != nil {
			t.Errorf("%s: not JSON: %v", b.at(0), err)
			return
		}
	}
}

func pythonBlock(t *testing.T, b block) {
	b.read(t, "block.py", "/usr/bin/python3", "-c", "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')", "FILE")
}

// textBlock: what a program could read is not a text.
func textBlock(t *testing.T, b block) {
	for i, line := range b.lines() {
		for language, begins := range map[string]string{
			"sh": "rdnsproxy ", "sh ": "sudo ", "console": "$ ", "ssh-config": "Host ", "ssh-config ": "Match ", "systemd": "[Unit]",
		} {
			if strings.HasPrefix(line, begins) {
				t.Errorf("%s: this is not a text: write %s after the ```, so that it is tested", b.at(i), strings.TrimSpace(language))
			}
		}
	}
}
