package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"rdnsproxy/internal/recipe"
	"rdnsproxy/safetext"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// setupFlags are the flags of setup.
type setupFlags struct {
	file   string
	remove bool
	print  bool
	fdpass bool
	yes    bool
	quiet  bool
}

func (f *setupFlags) register(fs *pflag.FlagSet) {
	f.registerOwn(fs)
	fs.BoolVar(&f.fdpass, "fdpass", false, "hand the connections of the HOSTs to ssh: they are then as fast as direct ones")
	fs.BoolVar(&f.yes, "yes", false, "write without asking")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "no notices and no diff; errors only")
}

// registerOwn registers what no other command has.
func (f *setupFlags) registerOwn(fs *pflag.FlagSet) {
	fs.StringVar(&f.file, "file", "", "write to this `FILE` instead of ~/.ssh/config")
	fs.BoolVar(&f.remove, "remove", false, "take the lines out again")
	fs.BoolVar(&f.print, "print", false, "print the lines, and write nothing")
}

func setupCommand(w World, status *int) *cobra.Command {
	f := new(setupFlags)
	c := &cobra.Command{
		Use:   "setup [flags] | setup --fdpass HOST... | setup --remove",
		Short: "make ssh run rdnsproxy",
		Long: `Writes the lines into ~/.ssh/config that make ssh run rdnsproxy, as the last
ones of the file and between marks, so that they displace nothing. What will
change is shown, and written after a yes. Run it again to bring the lines up to
date; --remove takes exactly them out again.

ssh itself is asked first: a file that it would refuse is not written, and hosts
that have a ProxyJump or another ProxyCommand keep it. They stay unchecked, and
setup names them.

With --fdpass the lines are for the named hosts, whose connections are handed to
ssh. On these hosts 'ssh -o ProxyCommand=...' and mosh fail, because ssh then
expects a connection to be handed over by any ProxyCommand.

Exit status: 0 done or already so, 1 refused or not confirmed, 2 usage, 130
interrupted.`,
		Example: `  rdnsproxy setup
  rdnsproxy setup --fdpass build.example.com
  rdnsproxy setup --print
  rdnsproxy setup --remove`,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if err := fromEnvironment(c.Flags(), w); err != nil {
				return err
			}
			f.fdpass = f.fdpass && c.Flags().Changed("fdpass") && slices.Contains(w.Args, "--fdpass") // RDNSPROXY_FDPASS is the relay's
			*status, err = runSetup(c.Context(), w, f, args)
			return err
		},
	}
	f.register(c.Flags())
	c.ValidArgsFunction = completesHosts(w)
	return c
}

// runSetup adds the block to a configuration, brings it up to date, or removes it.
func runSetup(ctx context.Context, w World, f *setupFlags, hosts []string) (int, error) {
	if err := f.validate(hosts); err != nil {
		return statusUsage, err
	}
	file, err := f.open(w)
	if err != nil {
		return statusFound, err
	}
	block, err := recipe.Find(file.content)
	if err != nil {
		return statusFound, refuse("remove the lines between the marks by hand, marks included; 'rdnsproxy setup --print' shows what belongs there", "%s: %v", file, err)
	}
	v := newVoice(w.Err, f.quiet, false)
	rest := file.content
	var want recipe.Recipe
	if block != nil {
		rest, want = block.Without(file.content), block.Recipe
	}
	if f.remove {
		if block == nil {
			w.print(file.String() + " has no lines of rdnsproxy\n")
			return statusPass, nil
		}
		return f.apply(w, file, rest)
	}
	if want.Command, err = ownCommand(); err != nil {
		return statusFound, err
	}
	want, err = f.plan(ctx, w, v, file, rest, want, hosts)
	switch {
	case errors.Is(err, errInterrupted):
		return statusInterrupted, err
	case err != nil:
		return statusFound, err
	case f.print:
		w.print(want.Lines())
		return statusPass, nil
	}
	content := recipe.Add(rest, want)
	if string(content) == string(file.content) {
		w.print(file.String() + " is up to date\n")
		return statusPass, nil
	}
	return f.apply(w, file, content)
}

// plan asks ssh what the recipe may be, and says what there is to know of it. The
// copies that ssh is asked with are gone when it ends, also by Ctrl-C.
func (f *setupFlags) plan(ctx context.Context, w World, v *voice, file *configFile, rest []byte, want recipe.Recipe, hosts []string) (r recipe.Recipe, err error) {
	if _, err := exec.LookPath("ssh"); err != nil {
		return want, refuse("install OpenSSH's client", "ssh is not on PATH, and setup asks it what the lines would change")
	}
	ctx, stop := untilSignal(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	defer func() {
		if ctx.Err() != nil {
			err = errInterrupted
		}
	}()
	p, err := newPreview(ctx, w, file, rest)
	if err != nil {
		return want, err
	}
	defer p.close()
	if f.fdpass {
		want, err = p.passed(want, hosts, v)
	} else {
		want.All, want.Except = true, nil
		want, err = p.all(want)
	}
	if err != nil || f.print {
		return want, err
	}
	if _, err := p.ask("before", shellHost); err == nil {
		v.warning("this ssh lets a host name hold shell characters, and hands it to a shell once there is a ProxyCommand (CVE-2023-51385): update it to OpenSSH 9.6, or to your distribution's fix")
	}
	if shell := w.getenv("SHELL"); (World{Env: withShell(ctx, w)}).getenv("SHELL") != shell {
		v.warning(fmt.Sprintf("ssh has a ProxyCommand run by $SHELL, and %s runs no command, or prints something besides: set SHELL=/bin/sh where you run ssh", quoted(shell)))
	}
	for _, line := range p.unchecked() {
		v.notice(line)
	}
	return want, nil
}

// validate looks at flags and hosts that make no sense together.
func (f *setupFlags) validate(hosts []string) error {
	switch {
	case f.remove && (f.fdpass || f.print || len(hosts) > 0):
		return refuse("rdnsproxy setup --remove", "--remove takes out all lines of rdnsproxy, and nothing else with it")
	case f.fdpass && len(hosts) == 0:
		return refuse("rdnsproxy setup --fdpass HOST...", "--fdpass is for hosts that are named: there is no such recipe that is safe for all")
	case !f.fdpass && len(hosts) > 0:
		return refuse("rdnsproxy setup is for all hosts; rdnsproxy setup --fdpass HOST... for some", "setup takes no host without --fdpass")
	}
	for _, h := range hosts {
		if err := checkHost(h); err != nil {
			return err
		}
		if strings.ContainsAny(h, "*?!,#%/") {
			return refuse("name the hosts as you type them after ssh", "--fdpass takes no pattern: %s", quoted(h))
		}
	}
	return nil
}

// ownCommand is this program as ssh's ProxyCommand has it: its bare name where
// every PATH finds it by that, which a cron job's does not in ~/go/bin.
func ownCommand() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", refuse("write the lines by hand: 'rdnsproxy help' shows them", "where this program is cannot be found out: %s", plainError(err))
	}
	if dir := filepath.Dir(self); filepath.Base(dir) == "exe" && strings.Contains(dir, "go-build") {
		return "", refuse("install it first: go install .", "this is a build of 'go run', which is gone when it ends")
	}
	if found, err := exec.LookPath("rdnsproxy"); err == nil && sameFile(found, self) && slices.Contains([]string{"/usr/bin", "/bin", "/usr/local/bin"}, filepath.Dir(found)) {
		return "rdnsproxy", nil
	}
	if strings.ContainsAny(self, "\n\r") {
		return "", refuse("move it", "the path of this program has a line end in it: %s", quoted(self))
	}
	return recipe.Quote(self), nil
}

// apply shows the change and makes it, after a yes.
func (f *setupFlags) apply(w World, file *configFile, content []byte) (int, error) {
	if !f.quiet || !f.yes {
		w.print(file.diff(content))
	}
	if err := file.writable(); err != nil {
		return statusFound, file.explain(err)
	}
	if err := agreed(w, f.yes); err != nil {
		return statusFound, err
	}
	if err := file.write(content); err != nil {
		return statusFound, file.explain(err)
	}
	if !f.quiet {
		w.print("wrote " + file.String() + "\n")
	}
	return statusPass, nil
}

// several joins words for people: "a, b and 3 more".
func several(words []string, most int) string {
	if len(words) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
	}
	return strings.Join(words, ", ")
}

// shownHost is a host or pattern of the configuration, safe to print.
func shownHost(s string) string { return safetext.Line(s) }
