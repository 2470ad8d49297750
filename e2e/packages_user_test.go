//go:build linux && packages

package e2e

import (
	"os"
	"strings"
	"testing"
)

// man finds a page for each command, and shows it.
func TestPackagesMan(t *testing.T) {
	c := openChroot(t)
	c.installDebs(newVersion)
	_, commands, _ := strings.Cut(c.user("rdnsproxy", "help"), "Commands:\n\n")
	commands, _, _ = strings.Cut(commands, "\n\n")
	var pages []string
	for _, p := range products {
		pages = append(pages, p.program)
	}
	for line := range strings.Lines(commands) {
		names, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
		for name := range strings.SplitSeq(names, ", ") {
			pages = append(pages, "rdnsproxy-"+name)
		}
	}
	if len(pages) < 10 {
		t.Errorf("help lists %q", pages)
	}
	for _, page := range pages {
		if text := c.user("man", "--pager=cat", page); !strings.Contains(text, "SYNOPSIS") {
			t.Errorf("man %s: %q", page, text)
		}
	}
	if found := c.user("man", "--where", "--all", "rdnsproxy"); strings.Count(found, "\n") != 1 {
		t.Error(found)
	}
}

// In each shell, as it is after installing, Tab completes: no user has to load anything.
func TestPackagesCompletion(t *testing.T) {
	c := openChroot(t)
	c.installDebs(newVersion)
	c.must(os.MkdirAll(c.root+"/home/chris/.config/fish", 0o755))
	c.write(c.root+"/home/chris/.config/fish/config.fish", "function fish_prompt; echo 'chris@ '; end\n") // or it is coloured
	c.must(do("chown", "-R", "1000:1000", c.root+"/home/chris/.config"))
	c.write(c.root+"/home/chris/.zshrc", "autoload -Uz compinit && compinit\nPROMPT='chris@ '\n") // or zsh asks how it should be set up
	for _, argv := range [][]string{{"bash", "-i"}, {"zsh", "-i"}, {"fish", "-i"}} {
		t.Run(argv[0], func(t *testing.T) {
			c := c.in(t)
			term := c.terminal()
			cmd := c.as("chris", argv...)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = term.tty, term.tty, term.tty
			cmd.SysProcAttr.Setctty = true
			cmd.Env = append(cmd.Env, "TERM=xterm")
			c.must(cmd.Start())
			term.shows("chris@") // the prompt
			term.press("rdnsproxy versi\t\r")
			term.shows("rdnsproxy " + newVersion)
			term.press("exit\r")
			term.wait(cmd)
		})
	}
}

// An ordinary user with an empty home tries it, and sets it up. What setup writes works
// where PATH is shortest, as it is for cron.
func TestPackagesFirstSteps(t *testing.T) {
	c := openChroot(t)
	c.installDebs(newVersion)
	c.must(do("find", c.root+"/home/chris", "-mindepth", "1", "-delete"))
	before := c.files()
	if said := c.user("rdnsproxy", "demo"); strings.Count(said, "\n") < 20 {
		t.Errorf("demo: %s", said)
	}
	c.nothingNew(before)
	c.sshd()
	c.user("rdnsproxy", "setup", "--yes")
	if config := c.read("/home/chris/.ssh/config"); !strings.Contains(config, "\n    ProxyCommand rdnsproxy '%h' %p\n") {
		t.Error(config)
	}
	o := c.finish(c.as("chris", "env", "PATH=/usr/bin:/bin", "ssh", "-p", chrootSSHD, "my.example.com", "echo hello"), nil)
	if o.status != 0 || o.out != "hello\n" || !strings.HasPrefix(o.err, articleWarning) {
		t.Errorf("%+v", o)
	}
	c.user("rdnsproxy", "setup", "--remove", "--yes")
	if config := c.read("/home/chris/.ssh/config"); config != "" {
		t.Error(config)
	}
}
