//go:build linux && clients

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inventoryINI is an inventory with everything that decides where Ansible connects to.
const inventoryINI = `[web]
plain.example.com
alias ansible_host=my.example.com
port ansible_host=my.example.com ansible_port=2222 ansible_user=deploy
old ansible_host=wrong.example.com ansible_ssh_host=my.example.com ansible_port=1 ansible_ssh_port=22 ansible_user=a ansible_ssh_user=b
six ansible_host=::1 ansible_port=2022
here ansible_connection=local
[db]
db1.example.com
[db:vars]
ansible_user=postgres
ansible_port=2200
`

// TestClientAnsibleInventory: check --ansible connects to where Ansible itself does.
func TestClientAnsibleInventory(t *testing.T) {
	v := newVisit(t)
	dir := t.TempDir()
	v.must(os.Chmod(filepath.Dir(dir), 0o755))
	v.must(os.Chmod(dir, 0o777))
	v.must(os.WriteFile(dir+"/hosts", []byte(inventoryINI), 0o644))
	v.must(os.WriteFile(dir+"/ssh", []byte("#!/bin/sh\necho \"$*\" >>"+dir+"/asked\nexit 255\n"), 0o755))
	ansible := func(argv ...string) string {
		cmd := v.command(argv...)
		cmd.Env = append(cmd.Env, "ANSIBLE_NOCOLOR=1", "LC_ALL=C.UTF-8", "ANSIBLE_DEVEL_WARNING=0")
		return v.finish(cmd, nil).out
	}
	ansible("ansible", "all", "-i", dir+"/hosts", "-m", "raw", "-a", "true", "-e", "ansible_ssh_executable="+dir+"/ssh")
	v.must(os.WriteFile(dir+"/inventory.json", []byte(ansible("ansible-inventory", "-i", dir+"/hosts", "--list")), 0o644))
	asked, err := os.ReadFile(dir + "/asked")
	v.must(err)
	var want []string
	for line := range strings.Lines(string(asked)) {
		value := func(option string) string {
			if m := regexp.MustCompile(`-o ` + option + `="?([^" ]+)`).FindStringSubmatch(line); m != nil {
				return m[1]
			}
			return ""
		}
		words := strings.Fields(line)
		host := words[len(words)-2] // then the command
		want = append(want, fmt.Sprintf("%s %s %s", value("User"), host, value("Port")))
	}
	o := v.run("rdnsproxy", "check", "--dns-only", "--format", "jsonl", "-F", "none", "--ansible", dir+"/inventory.json")
	var got []string
	for _, m := range regexp.MustCompile(`"target":"(?:([^@"]*)@)?\[?([^"]*?)\]?(?::(\d+))?","host"`).FindAllStringSubmatch(o.out, -1) {
		got = append(got, fmt.Sprintf("%s %s %s", m[1], m[2], m[3]))
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(want) != 6 || !slices.Equal(got, want) {
		t.Errorf("check:\n%s\nAnsible:\n%s\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), o.err)
	}
	if !strings.Contains(o.err, "left out: 1 host that Ansible does not reach over ssh (ansible_connection local)") {
		t.Errorf("stderr: %s", o.err)
	}
}
