//go:build linux

package e2e

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// canary is a file that only somebody else's command makes.
const canary = home + "/canary"

// unquoted is a ProxyCommand as many people have it: what ssh puts in is not in quotes.
const unquoted = "Host *\n\tProxyCommand rdnsproxy %h %p\n"

func untouched(t *testing.T, what string) {
	t.Helper()
	if _, err := os.Stat(canary); err == nil {
		t.Errorf("%s: a command of somebody else's has run", what)
		os.Remove(canary)
	}
}

// ssh refuses a name that would be more than a word for a shell (CVE-2023-51385), on its
// command line, and rdnsproxy does wherever it comes from.
func TestShellCharacters(t *testing.T) {
	v := newVisit(t)
	for _, config := range []string{plainly, unquoted} {
		for _, host := range []string{
			"x$(touch${IFS}" + canary + ")", "x`touch " + canary + "`", "x;touch " + canary + ";", "x';touch " + canary + ";'",
			"x\";touch " + canary + ";\"", "x|touch " + canary, "x&touch " + canary, "x\ntouch " + canary, "-oProxyCommand=touch " + canary,
		} {
			v.sshConfig(config)
			if o := v.run("ssh", "--", host, "true"); o.status != 255 || strings.TrimSpace(o.err) != "hostname contains invalid characters" {
				t.Errorf("ssh %q: %+v", host, o)
			}
			untouched(t, "ssh "+host)
			if o := v.run("rdnsproxy", "--", host, "22"); o.status != 2 || strings.Count(o.err, "\n") != 1 {
				t.Errorf("rdnsproxy %q: %+v", host, o)
			}
		}
	}
}

// repository makes a repository of somebody else's: it has these files, and a submodule on
// a host.
func (v *visit) repository(host string, files map[string]string) string {
	v.t.Helper()
	dir := home + "/theirs"
	v.must(os.RemoveAll(dir))
	v.must(os.MkdirAll(dir, 0o755))
	files[".gitmodules"] = "[submodule \"s\"]\n\tpath = .s\n\turl = ssh://" + host + "/s\n"
	for name, text := range files {
		v.write(dir+"/"+name, text)
	}
	v.must(do("chown", "-R", strconv.Itoa(chris)+":"+strconv.Itoa(chris), dir))
	script := "cd " + dir + ` && git init -q . && git config user.name x && git config user.email x@example.com && git add -A . &&
git commit -q -m one && git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),.s && git commit -q -m two`
	if o := v.run("sh", "-c", script); o.status != 0 {
		v.t.Fatalf("%+v", o)
	}
	return dir
}

// A name that a shell takes for a pattern of file names passes ssh. git fetches submodules
// in the directory of the repository, so the files that match are the work of whoever has
// also named the host: without quotes they are arguments, such as -F and a
// configuration of ssh, whose Match exec is run. Neither the recipe, which has
// quotes, nor rdnsproxy in a command without them lets that happen.
func TestPatternsFromSubmodules(t *testing.T) {
	v := newVisit(t)
	for _, host := range []string{"*", "?*", "a@*"} {
		dir := v.repository(host, map[string]string{
			".config": "Match exec \"touch " + canary + "\"\n\tAddressFamily inet\n", "-F.config": "", "exact.example.com": "",
		})
		for name, config := range map[string]string{
			"quotes": plainly, "no quotes": unquoted, "--": "Host *\n\tProxyCommand rdnsproxy -- %h %p\n",
			"in front": "Host *\n\tProxyCommand rdnsproxy %h %p -- nc %h %p\n",
			"a check":  "Match exec \"rdnsproxy check -q --dns-only %h\"\n",
		} {
			v.sshConfig(config)
			v.must(os.RemoveAll(home + "/mine"))
			o := v.run("git", "clone", "-q", "--recurse-submodules", dir, home+"/mine")
			if o.status == 0 || !strings.Contains(o.err, "rdnsproxy: error: ssh was told to connect to ") {
				t.Errorf("%s, %s: %+v", host, name, o)
			}
			untouched(t, host+", "+name)
		}
	}
	// The test would notice: without quotes, ssh does run a command on these files. ssh ends a
	// command whose stdout is closed, so that has to stay open until the words are written.
	dir := v.repository("*", map[string]string{"a.file": ""})
	v.sshConfig("Host *\n\tProxyCommand sh -c 'echo got \"$@\" >&2' sh %h\n")
	v.must(os.RemoveAll(home + "/mine"))
	if o := v.run("git", "clone", "-q", "--recurse-submodules", dir, home+"/mine"); !strings.Contains(o.err, "got a.file\n") {
		t.Errorf("ssh or git has changed, and does not expand patterns any more: %+v", o)
	}
}
