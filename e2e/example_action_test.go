//go:build linux

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// actionDir has the GitHub action.
const actionDir = "../.github/actions/check"

// An action is the part of a composite action's action.yml that a runner acts on here.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []struct {
			ID, Shell, Run string
			Env            map[string]string
		}
	}
}

// A runner stands in for GitHub's: it evaluates expressions, runs the steps' scripts with bash,
// and reads what they write. make test-ci has the action run by act.
type runner struct {
	v         *visit
	action    action
	workspace string
	temp      string
	env       []string // over that of the steps
}

// used is what a use of the action comes to.
type used struct {
	status   int
	log      string
	outputs  map[string]string
	commands []string // workflow commands that the runner has obeyed
	summary  string
}

func (v *visit) runner() *runner {
	v.t.Helper()
	var documents []action
	v.yaml(actionDir+"/action.yml", &documents)
	r := &runner{v: v, action: documents[0], workspace: home + "/workspace", temp: home + "/runner"}
	if r.action.Runs.Using != "composite" || len(r.action.Runs.Steps) != 2 {
		v.t.Fatalf("%+v", r.action)
	}
	// The action and the workspace are where a runner has them.
	v.must(do("mkdir", "-p", r.workspace, r.temp, home+"/action/.github/actions"))
	v.must(do("cp", "-r", actionDir, home+"/action/.github/actions"))
	v.must(do("chown", "-R", "chris", r.workspace, r.temp, home+"/action"))
	return r
}

var expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)

// evaluate replaces the expressions in a text. values are by the names of contexts.
func (r *runner) evaluate(text string, values map[string]string) string {
	r.v.t.Helper()
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		for name := range strings.SplitSeq(expression.FindStringSubmatch(e)[1], " || ") {
			value, ok := values[name]
			if !ok {
				r.v.t.Fatalf("%s: there is no %s", e, name)
			}
			if value != "" {
				return value
			}
		}
		return ""
	})
}

// use runs the action with these inputs.
func (r *runner) use(inputs map[string]string) used {
	r.v.t.Helper()
	values := map[string]string{"github.action_repository": ""}
	for name, input := range r.action.Inputs {
		values["inputs."+name] = input.Default
	}
	for name, value := range inputs {
		if _, ok := values["inputs."+name]; !ok {
			r.v.t.Fatalf("no input %s", name)
		}
		values["inputs."+name] = value
	}
	// The outputs of a step that has not run are empty.
	for _, name := range []string{"install.outputs.program", "check.outputs.status", "check.outputs.report"} {
		values["steps."+name] = ""
	}
	u := used{outputs: map[string]string{}}
	summary := r.temp + "/summary"
	os.Remove(summary)
	for _, step := range r.action.Runs.Steps {
		if step.Shell != "bash" || strings.Contains(step.Run, "${{") {
			r.v.t.Fatalf("%+v", step)
		}
		script, output, path := r.temp+"/script", r.temp+"/output", r.temp+"/path"
		for file, text := range map[string]string{script: step.Run, output: "", path: ""} {
			r.v.write(file, text)
			r.v.must(os.Chown(file, chris, chris))
		}
		cmd := r.v.command("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
		cmd.Dir = r.workspace
		cmd.Env = append(cmd.Env, "GITHUB_ACTIONS=true", "CI=true", "RUNNER_OS=Linux", "RUNNER_ARCH=X64", "RUNNER_TEMP="+r.temp,
			"GITHUB_WORKSPACE="+r.workspace, "GITHUB_ACTION_PATH="+home+"/action/.github/actions/check",
			"GITHUB_OUTPUT="+output, "GITHUB_PATH="+path, "GITHUB_STEP_SUMMARY="+summary)
		cmd.Env = append(cmd.Env, r.env...)
		for name, value := range step.Env {
			cmd.Env = append(cmd.Env, name+"="+r.evaluate(value, values))
		}
		o := r.v.finish(cmd, nil)
		u.log += o.out + o.err
		u.commands = append(u.commands, r.obey(o.out)...)
		u.commands = append(u.commands, r.obey(o.err)...)
		for line := range strings.Lines(r.v.content(output)) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			values["steps."+step.ID+".outputs."+name] = value
		}
		if u.status = o.status; u.status != 0 {
			break
		}
	}
	for name, output := range r.action.Outputs {
		u.outputs[name] = r.evaluate(output.Value, values)
	}
	if _, err := os.Stat(summary); err == nil {
		u.summary = r.v.content(summary)
	}
	return u
}

// obey reads a log as actions/runner does (ActionCommandManager, ActionCommand.TryParseV2 and
// TryParse): a line that begins with :: after blanks, or else has ##[ anywhere, is a command.
func (r *runner) obey(log string) (commands []string) {
	r.v.t.Helper()
	stopped := ""
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "::"), "::")
		if stopped != "" {
			if name == stopped && strings.HasPrefix(line, "::") {
				stopped = ""
			}
			continue
		}
		if token, ok := strings.CutPrefix(line, "::stop-commands::"); ok {
			stopped = token
			if len(token) < 32 {
				r.v.t.Errorf("stopped until %q, which can be guessed", token)
			}
			continue
		}
		if strings.HasPrefix(line, "::") || strings.Contains(line, "##[") {
			commands = append(commands, line)
		}
	}
	if stopped != "" {
		r.v.t.Errorf("commands stay stopped: %q", log)
	}
	return commands
}

// TestExampleAction: findings are annotations at the list's lines and rows of the summary, and
// the statuses are check's.
func TestExampleAction(t *testing.T) {
	v := newVisit(t)
	r := v.runner()
	v.write(r.workspace+"/hosts.txt", "# ours\nexact.example.com\nmismatch.example.com\n")
	v.write(r.workspace+"/bad.txt", "a..b\n")
	v.write(r.workspace+"/good hosts.txt", "exact.example.com\n")
	with := func(pairs ...string) map[string]string {
		inputs := map[string]string{"version": "installed", "dns-only": "true"}
		for i := 0; i < len(pairs); i += 2 {
			inputs[pairs[i]] = pairs[i+1]
		}
		return inputs
	}
	for _, test := range []struct {
		inputs   map[string]string
		status   int
		command  string // the first one begins with it
		results  int
		reported string // in the summary
	}{
		{with("hosts", "exact.example.com\n  confirmed.example.com\tmissing.example.com "), 0, "::notice title=missing.example.com mapping.missing::", 3, "3 targets: 1 notice, 2 ok"},
		{with("hosts", "exact.example.com", "fail-on", "notice"), 0, "", 1, "1 target: 1 ok"},
		{with("hosts", "missing.example.com", "fail-on", "notice"), 1, "::notice ", 1, "1 target: 1 notice"},
		{with("from-file", "hosts.txt"), 1, "::warning file=hosts.txt,line=3,title=mismatch.example.com mapping.mismatch::", 2, "| warning | `mismatch.example.com` | `198.51.100.18` | `mismatch` |"},
		{with("from-file", "hosts.txt", "fail-on", "never"), 0, "::warning file=hosts.txt,line=3,", 2, "1 warning"},
		{with("from-file", "good hosts.txt\nhosts.txt\n", "hosts", "missing.example.com"), 1, "::", 4, "4 targets"},
		{with("from-file", "bad.txt"), 2, "::error file=bad.txt,line=1,title=a..b input.invalid::", 1, "1 error"},
		{with("hosts", "undetermined.example.com"), 3, "::warning title=undetermined.example.com ", 1, "1 unknown"},
		{with("hosts", "exact.example.com", "dns-only", "false", "args", "--expect-hostkey=SHA256:"+strings.Repeat("A", 43)), 1, "::error title=exact.example.com ", 1, "1 error"},
		{with("hosts", "exact.example.com", "args", "--require-name\n\n--resolver=127.0.0.1\n"), 0, "", 1, "1 target: 1 ok"},
		// Nothing is checked.
		{with(), 2, "::error title=rdnsproxy::nothing was checked", 0, ""},
		{with("hosts", "exact.example.com", "fail-on", "often"), 2, "::error title=rdnsproxy::nothing was checked", 0, ""},
		{with("hosts", "exact.example.com", "dns-only", "yes"), 2, "::error title=rdnsproxy::the input dns-only is neither", 0, ""},
		{with("hosts", "exact.example.com", "args", "--resolver 127.0.0.1"), 2, "::error title=rdnsproxy::nothing was checked", 0, ""},
		{with("hosts", "exact.example.com", "args", "127.0.0.1"), 2, "::error title=rdnsproxy::a line of the input args", 0, ""},
		{with("from-file", "none.txt"), 2, "::error title=rdnsproxy::nothing was checked", 0, ""},
		{with("version", "new"), 2, "::error title=rdnsproxy::the input version is not", 0, ""},
		{with("version", "1.2.3"), 2, "::error title=rdnsproxy::set the input repository", 0, ""},
		{with("version", "1.2.3", "repository", "owner/rdnsproxy", "sha256", "abc"), 2, "::error title=rdnsproxy::the input sha256", 0, ""},
	} {
		u := r.use(test.inputs)
		results := 0
		if file := u.outputs["report"]; file != "" {
			results = strings.Count(v.content(file), `"schema":1,"target"`)
		}
		switch {
		case u.status != test.status, results != test.results, !strings.Contains(u.summary, test.reported),
			test.command == "" && len(u.commands) > 0,
			test.command != "" && (len(u.commands) == 0 || !strings.HasPrefix(u.commands[0], test.command)),
			test.results > 0 && u.outputs["status"] != string(rune('0'+test.status)):
			t.Errorf("%v: %+v", test.inputs, u)
		}
	}
}

// TestExampleActionHostile: no input is more than an input, for the shell, for check and for
// the runner.
func TestExampleActionHostile(t *testing.T) {
	v := newVisit(t)
	r := v.runner()
	good := map[string]string{"version": "installed", "dns-only": "true", "hosts": "exact.example.com"}
	for _, hostile := range []string{
		"$(touch pwned)`touch pwned`; touch pwned", "x\ntouch pwned", "' \" ; touch pwned ' \"", "*", "--output=pwned", "--resume=pwned", "-Fpwned",
		"::set-output name=status::0", "a\n::error::forged\n::stop-commands::x", "##[add-mask]e", "status=0\nreport=/etc/passwd",
		"%0A::error::forged", "\x1b[2J\xff\xfe", "owner/..", strings.Repeat("a", 70000),
	} {
		for name := range r.action.Inputs {
			inputs := maps.Clone(good)
			inputs[name] = hostile
			u := r.use(inputs)
			if found, _ := filepath.Glob(r.workspace + "/*"); len(found) > 0 {
				t.Fatalf("%s: %q: %q was written", name, hostile, found)
			}
			for _, c := range u.commands {
				if level, rest, _ := strings.Cut(strings.TrimPrefix(c, "::"), " "); level != "error" && level != "warning" && level != "notice" || !strings.HasPrefix(c, "::") || strings.HasPrefix(rest, ":") {
					t.Errorf("%s: %q: the runner obeys %q", name, hostile, c)
				}
			}
			if file := u.outputs["report"]; file != "" && !strings.HasPrefix(file, r.temp+"/") {
				t.Errorf("%s: %q: the report is %s", name, hostile, file)
			}
			if u.status > 3 || u.outputs["status"] != "" && u.outputs["status"] != string(rune('0'+u.status)) {
				t.Errorf("%s: %q: status %d, %+v", name, hostile, u.status, u.outputs)
			}
		}
	}
}
