//go:build linux && ci

package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// make test-ci builds or installs what stands in for the CI systems, and runs these tests.
func init() {
	programsNeeded = append(programsNeeded, "curl", "node")
}

// project makes a git repository of root's with these files.
func (v *visit) project(files map[string]string) string {
	v.t.Helper()
	dir := rootHome + "/repository"
	v.must(os.RemoveAll(dir))
	for name, text := range files {
		v.must(os.MkdirAll(filepath.Dir(dir+"/"+name), 0o755))
		v.write(dir+"/"+name, text)
	}
	for _, args := range []string{"init -q", "remote add origin git@git.example.com:owner/name.git", "add -A", "-c user.name=a -c user.email=a@example.com commit -q -m all"} {
		v.must(do(append([]string{"git", "-C", dir}, strings.Fields(args)...)...))
	}
	return dir
}

// inProject runs a program as root in a repository.
func (v *visit) inProject(dir string, argv ...string) outcome {
	v.t.Helper()
	cmd := v.command(argv...)
	cmd.Dir, cmd.SysProcAttr.Credential = dir, nil
	cmd.Env = append(cmd.Env, "HOME="+rootHome, "USER=root", "LOGNAME=root", "PATH="+os.Getenv("PATH")+":"+lab)
	return v.finish(cmd, nil)
}

// TestCIAct: act, which runs workflows as GitHub does and knows its schemas, runs the action.
func TestCIAct(t *testing.T) {
	v := newVisit(t)
	act, err := filepath.Abs("../.build/act")
	v.must(err)
	files := map[string]string{
		"hosts.txt": "exact.example.com\nmismatch.example.com\n",
		".github/workflows/check.yml": `on: push
jobs:
  check:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd
      - uses: ./.github/actions/check
        id: check
        continue-on-error: true
        with:
          version: installed
          hosts: "missing.example.com $(touch pwned)"
          from-file: hosts.txt
          dns-only: true
          args: |
            --resolver=127.0.0.1
            --require-name
      - run: |
          echo "status=<$STATUS> lines=<$(wc -l <"$REPORT")> pwned=<$(find . -name pwned)>"
        env:
          STATUS: ${{ steps.check.outputs.status }}
          REPORT: ${{ steps.check.outputs.report }}
`,
	}
	for _, name := range []string{"action.yml", "install.sh", "check.sh"} {
		b, err := os.ReadFile(actionDir + "/" + name)
		v.must(err)
		files[".github/actions/check/"+name] = string(b)
	}
	for _, test := range []struct {
		hosts string
		says  []string
	}{
		{"missing.example.com", []string{"::warning file=hosts.txt,line=2,title=mismatch.example.com mapping.mismatch::", "Summary - ### rdnsproxy check", "status=<1> lines=<3> pwned=<>"}},
		{"missing.example.com $(touch pwned)", []string{`host "$(touch" contains "$"`, "::error title=rdnsproxy::nothing was checked"}},
	} {
		const hostile = "missing.example.com $(touch pwned)"
		changed := map[string]string{}
		for name, text := range files {
			changed[name] = strings.Replace(text, hostile, test.hosts, 1)
		}
		dir := v.project(changed)
		o := v.inProject(dir, act, "push", "-P", "ubuntu-24.04=-self-hosted", "--no-cache-server", "--strict")
		for _, want := range test.says {
			if !strings.Contains(o.out+o.err, want) {
				t.Errorf("%s: not said: %s\n%s%s", test.hosts, want, o.out, o.err)
			}
		}
	}
}

// TestCIGitLab: gitlab-ci-local, which has GitLab's schema, includes the template and runs its
// job; the JUnit report is well-formed, and the job's statuses are check's.
func TestCIGitLab(t *testing.T) {
	v := newVisit(t)
	local, err := filepath.Abs("../.build/gitlab/node_modules/gitlab-ci-local/src/index.js")
	v.must(err)
	template, err := os.ReadFile("../examples/gitlab/check-hosts.yml")
	v.must(err)
	for _, test := range []struct {
		inputs, says    string
		cases, failures int
	}{
		{`{from-file: "hosts list.txt"}`, "FAIL  rdnsproxy-check", 2, 1},
		{`{from-file: "hosts list.txt", hosts: "missing.example.com exact6.example.com", fail-on: never}`, "PASS  rdnsproxy-check", 4, 0},
		{`{hosts: exact.example.com, dns-only: false}`, "PASS  rdnsproxy-check", 1, 0},
		{`{hosts: undetermined.example.com}`, "WARN  rdnsproxy-check", 1, 0},
		{`{hosts: "exact.example.com; touch pwned"}`, "host \"exact.example.com;\" contains \";\"", 0, 0},
		{`{hosts: "*"}`, `host "*" contains "*"`, 0, 0}, // and not the files here
		{`{from-file: none.txt}`, "none.txt: no such file or directory", 0, 0},
		{`{hosts: exact.example.com, fail-on: often}`, "", 0, 0},
	} {
		dir := v.project(map[string]string{
			"check-hosts.yml": string(template),
			"hosts list.txt":  "exact.example.com\nmismatch.example.com\n",
			".gitlab-ci.yml":  "include:\n  - local: check-hosts.yml\n    inputs: " + test.inputs + "\n",
		})
		o := v.inProject(dir, "node", local, "--force-shell-executor", "--no-color")
		if !strings.Contains(o.out+o.err, test.says) {
			t.Errorf("%s: not said: %s\n%s%s", test.inputs, test.says, o.out, o.err)
		}
		if found, _ := filepath.Glob(dir + "/pwned"); found != nil {
			t.Errorf("%s: a command was run", test.inputs)
		}
		report, _ := os.ReadFile(dir + "/rdnsproxy.xml")
		if got := strings.Count(string(report), "<testcase "); got != test.cases {
			t.Errorf("%s: %d cases\n%s", test.inputs, got, o.out)
		}
		if got := strings.Count(string(report), "<failure "); got != test.failures {
			t.Errorf("%s: %d failures\n%s", test.inputs, got, report)
		}
		if test.cases > 0 {
			v.must(do("xmllint", "--noout", dir+"/rdnsproxy.xml"))
		}
	}
}

// TestCIActionFromSource: the action builds the program of its own commit, and it is static.
func TestCIActionFromSource(t *testing.T) {
	v := newVisit(t)
	path, err := filepath.Abs(actionDir)
	v.must(err)
	cmd := exec.Command("bash", path+"/install.sh")
	output := rootHome + "/output"
	cmd.Env = append(os.Environ(), "VERSION=source", "REPOSITORY=", "SHA256=", "RUNNER_OS=Linux", "RUNNER_ARCH=X64", "RUNNER_TEMP="+rootHome,
		"GITHUB_ACTION_PATH="+path, "GITHUB_OUTPUT="+output, "GITHUB_PATH="+rootHome+"/path")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program := strings.TrimPrefix(strings.TrimSpace(v.content(output)), "program=")
	if o := v.inProject("/", program, "version"); o.status != 0 || !strings.HasPrefix(o.out, "rdnsproxy ") {
		t.Errorf("%+v", o)
	}
	if dir := strings.TrimSpace(v.content(rootHome + "/path")); dir != filepath.Dir(program) {
		t.Errorf("on PATH: %s", dir)
	}
}

// TestCIActionFromRelease: the action takes the program from a release whose archive has the
// expected SHA-256, and from no other.
func TestCIActionFromRelease(t *testing.T) {
	v := newVisit(t)
	r := v.runner()
	const folder = "rdnsproxy_1.2.3_linux_amd64"
	archive := func(name string) []byte {
		b, err := os.ReadFile(program)
		v.must(err)
		var out bytes.Buffer
		gz := gzip.NewWriter(&out)
		w := tar.NewWriter(gz)
		v.must(w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(b))}))
		_, err = w.Write(b)
		v.must(err)
		v.must(w.Close())
		v.must(gz.Close())
		return out.Bytes()
	}
	good, other := archive(folder+"/rdnsproxy"), archive("../../../rdnsproxy")
	sum := func(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }
	files := map[string][]byte{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if b, ok := files[q.URL.Path]; ok {
			w.Write(b)
			return
		}
		http.NotFound(w, q)
	}))
	defer server.Close()
	ca := home + "/ca.pem"
	v.write(ca, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	r.env = []string{"GITHUB_SERVER_URL=" + server.URL, "CURL_CA_BUNDLE=" + ca}
	const release = "/owner/name/releases/download/v1.2.3/"
	for _, test := range []struct {
		name, version, pinned string
		archive               []byte
		sums                  string
		says                  string // "" if the program is taken
	}{
		{"listed", "1.2.3", "", good, sum(other) + "  other.tar.gz\n" + sum(good) + "  " + folder + ".tar.gz\n", ""},
		{"tag", "v1.2.3", "", good, sum(good) + " *" + folder + ".tar.gz\n", ""},
		{"pinned", "1.2.3", sum(good), good, "", ""},
		{"not the pinned one", "1.2.3", sum(good), other, sum(other) + "  " + folder + ".tar.gz\n", "does not have the expected SHA-256"},
		{"not the listed one", "1.2.3", "", other, sum(good) + "  " + folder + ".tar.gz\n", "does not have the expected SHA-256"},
		{"not listed", "1.2.3", "", good, sum(good) + "  " + folder + "_tar_gz\n", "SHA256SUMS does not list"},
		{"listed twice", "1.2.3", "", good, strings.Repeat(sum(good)+"  "+folder+".tar.gz\n", 2), "SHA256SUMS does not list"},
		{"no sums", "1.2.3", "", good, "", "could not be downloaded"},
		{"no archive", "1.2.3", sum(good), nil, "", "could not be downloaded"},
		{"no such release", "1.2.4", sum(good), good, "", "could not be downloaded"},
		{"not in the archive", "1.2.3", "", other, sum(other) + "  " + folder + ".tar.gz\n", "the program is not in"},
		{"another path", "1.2.3/../1.2.2", "", good, "", "the input version is not"},
	} {
		clear(files)
		if test.archive != nil {
			files[release+folder+".tar.gz"] = test.archive
		}
		if test.sums != "" {
			files[release+"SHA256SUMS"] = []byte(test.sums)
		}
		u := r.use(map[string]string{"version": test.version, "repository": "owner/name", "sha256": test.pinned, "hosts": "exact.example.com", "dns-only": "true"})
		switch {
		case test.says == "" && (u.status != 0 || !strings.Contains(u.summary, "1 target: 1 ok")):
			t.Errorf("%s: %+v", test.name, u)
		case test.says != "" && (u.status == 0 || !strings.Contains(u.log, test.says) || u.outputs["status"] != ""):
			t.Errorf("%s: want %q: %+v", test.name, test.says, u)
		}
	}
}
