// Package setup adds the lines to ssh's configuration that make ssh run this program,
// after asking ssh itself what they would change.
package setup

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/recipe"
	"rdnsproxy/internal/target"
	"rdnsproxy/internal/wrap"
	"rdnsproxy/safetext"
)

// Options say which lines to write, and where.
type Options struct {
	File   string // if empty, ~/.ssh/config
	Remove bool   // remove the lines again
	Print  bool   // print the lines instead of writing them
	FDPass bool   // for the given hosts only, and pass their connections to ssh
	Yes    bool   // write without asking
	Quiet  bool   // errors only
}

// Run adds, updates or removes the block in a configuration and returns the exit
// status.
func Run(ctx context.Context, w console.World, o Options, hosts []string) (int, error) {
	if err := o.Validate(hosts); err != nil {
		return 0, err
	}
	file, err := openConfig(w, o.File)
	if err != nil {
		return 0, err
	}
	block, err := recipe.Find(file.content)
	if err != nil {
		return 0, console.Refuse(exit.Found, "remove the lines between the marks by hand, marks included; "+
			"'rdnsproxy setup --print' shows what belongs there", "%s: %v", file, err)
	}
	v := console.NewVoice(w.Err, o.Quiet, false)
	rest := file.content
	var want recipe.Recipe
	if block != nil {
		rest, want = block.Without(file.content), block.Recipe
	}
	if o.Remove {
		if block == nil {
			w.Print(file.String() + " has no rdnsproxy lines\n")
			return exit.OK, nil
		}
		return 0, o.apply(w, file, rest)
	}
	if want.Command, err = ownCommand(); err != nil {
		return 0, err
	}
	want, err = o.plan(ctx, w, v, file, rest, want, hosts)
	switch {
	case err != nil:
		return 0, err
	case o.Print:
		w.Print(want.Lines())
		return exit.OK, nil
	}
	content := recipe.Add(rest, want)
	if string(content) == string(file.content) {
		w.Print(file.String() + " is up to date\n")
		return exit.OK, nil
	}
	return 0, o.apply(w, file, content)
}

// plan asks ssh what the recipe may contain, and prints what the user should know about
// it. The copies that ssh reads are removed when it returns, also after Ctrl-C.
func (o *Options) plan(
	ctx context.Context, w console.World, v *console.Voice,
	file *configFile, rest []byte, want recipe.Recipe, hosts []string,
) (r recipe.Recipe, err error) {
	if _, err := exec.LookPath("ssh"); err != nil {
		return want, console.Refuse(exit.Found, "install OpenSSH's client",
			"ssh is not on PATH, and setup asks it what the lines would change")
	}
	ctx, stop := console.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	defer func() {
		if ctx.Err() != nil {
			err = console.ErrInterrupted
		}
	}()
	p, err := newPreview(ctx, w, file, rest)
	if err != nil {
		return want, err
	}
	defer p.close()
	if o.FDPass {
		want, err = p.planPassed(want, hosts, v)
	} else {
		want.All, want.Except = true, nil
		want, err = p.planAll(want)
	}
	if err != nil || o.Print {
		return want, err
	}
	if _, err := p.ask("before", shellHost); err == nil {
		v.Warning("this ssh accepts shell characters in host names and passes them to a shell " +
			"once there is a ProxyCommand (CVE-2023-51385): update to OpenSSH 9.6 or to your distribution's fix")
	}
	if shell := w.Getenv("SHELL"); (console.World{Env: wrap.WithShell(ctx, w)}).Getenv("SHELL") != shell {
		v.Warning(fmt.Sprintf("ssh runs a ProxyCommand with $SHELL, but %s does not run commands or prints text "+
			"of its own: set SHELL=/bin/sh where you run ssh", console.Quoted(shell)))
	}
	for _, line := range p.unchecked() {
		v.Notice(line)
	}
	return want, nil
}

// Validate refuses options and hosts that cannot be combined.
func (o *Options) Validate(hosts []string) error {
	switch {
	case o.Remove && (o.FDPass || o.Print || len(hosts) > 0):
		return console.Refuse(exit.Usage, "rdnsproxy setup --remove",
			"--remove removes all of rdnsproxy's lines, and takes no host or other flag")
	case o.FDPass && len(hosts) == 0:
		return console.Refuse(exit.Usage, "rdnsproxy setup --fdpass HOST...",
			"--fdpass needs host names: it is not safe for all hosts")
	case !o.FDPass && len(hosts) > 0:
		return console.Refuse(exit.Usage, "rdnsproxy setup is for all hosts; rdnsproxy setup --fdpass HOST... for some",
			"setup takes no host without --fdpass")
	}
	for _, h := range hosts {
		if strings.ContainsAny(h, "*?!,#%/") {
			return console.Refuse(exit.Usage, "name the hosts as you type them after ssh",
				"--fdpass does not take patterns: %s", console.Quoted(h))
		}
		if err := target.CheckHost(h); err != nil {
			return err
		}
	}
	return nil
}

// ownCommand returns this program for a ProxyCommand: its bare name if it is in a
// directory that every PATH contains, otherwise its path. The PATH of a cron job is
// /usr/bin:/bin on Debian, and launchd's has no /usr/local/bin either.
func ownCommand() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", console.Refuse(exit.Found, "write the lines by hand: 'rdnsproxy help' shows them",
			"cannot find this program's own path: %s", console.PlainError(err))
	}
	if dir := filepath.Dir(self); filepath.Base(dir) == "exe" && strings.Contains(dir, "go-build") {
		return "", console.Refuse(exit.Found, "install it first: go install .",
			"this program was built by 'go run' and is gone when it ends")
	}
	everyPATH := []string{"/usr/bin", "/bin"}
	if found, err := exec.LookPath("rdnsproxy"); err == nil && console.SameFile(found, self) &&
		slices.Contains(everyPATH, filepath.Dir(found)) {
		return "rdnsproxy", nil
	}
	if strings.ContainsAny(self, "\n\r") {
		return "", console.Refuse(exit.Found, "move it",
			"this program's path contains a line break: %s", console.Quoted(self))
	}
	return recipe.Quote(self), nil
}

// apply shows the change and writes it after confirmation.
func (o *Options) apply(w console.World, file *configFile, content []byte) error {
	if !o.Quiet || !o.Yes {
		w.Print(file.diff(content))
	}
	if err := file.writable(); err != nil {
		return file.explain(err)
	}
	if err := console.Confirm(w, file.String(), o.Yes); err != nil {
		return err
	}
	if err := file.write(content); err != nil {
		return file.explain(err)
	}
	if !o.Quiet {
		w.Print("wrote " + file.String() + "\n")
	}
	return nil
}

// several joins the first words for people: "a, b and 3 more".
func several(words []string, most int) string {
	if len(words) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
	}
	return strings.Join(words, ", ")
}

// shownHost returns a host or pattern of the configuration in a form that is safe to
// print.
func shownHost(s string) string { return safetext.Line(s) }
