//go:build linux && packages

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The port of the sshd in the chroot.
const chrootSSHD = "2022"

// sshd starts the chroot's sshd, with Debian's configuration, and gives chris a key for it.
func (c *chroot) sshd() {
	c.t.Helper()
	c.must(os.MkdirAll(c.root+"/run/sshd", 0o755))
	c.serve(c.as("root", "/usr/sbin/sshd", "-D", "-e", "-p", chrootSSHD))
	c.must(answers("127.0.0.1:" + chrootSSHD))
	c.user("sh", "-c", "mkdir -m 700 ~/.ssh && ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519 && cp ~/.ssh/id_ed25519.pub ~/.ssh/authorized_keys &&"+
		" echo \"* $(cat /etc/ssh/ssh_host_ed25519_key.pub)\" >~/.ssh/known_hosts")
}

// With the line of README in ~/.ssh/config ssh logs in through the installed program, which
// has given up its rights; and it warns about a mapping that does not resolve.
func TestPackagesSSH(t *testing.T) {
	c := openChroot(t)
	c.installDebs(newVersion)
	c.sshd()
	c.write(c.root+"/home/chris/.ssh/config", plainly+"\tPort "+chrootSSHD+"\n")

	o := c.finish(c.as("chris", "ssh", "exact.example.com", "echo $SSH_CONNECTION"), nil)
	if o.status != 0 || !strings.HasSuffix(o.out, " 198.51.100.10 "+chrootSSHD+"\n") || o.err != "" {
		t.Errorf("%+v", o)
	}
	cmd := c.as("chris", "ssh", "exact.example.com", "cat")
	stdin, err := cmd.StdinPipe()
	c.must(err)
	c.must(cmd.Start())
	c.eventually("the relay has given up its rights", func() bool { return confined(helpers()) })
	c.must(stdin.Close())
	c.must(cmd.Wait())

	o = c.finish(c.as("chris", "ssh", "my.example.com", "echo hello"), nil)
	if o.status != 0 || o.out != "hello\n" || !strings.HasPrefix(o.err, articleWarning) {
		t.Errorf("%+v", o)
	}
}

// The example for all users of a machine is installed and not in use. Copied to where it says,
// it is in use.
func TestPackagesSSHConfig(t *testing.T) {
	c := openChroot(t)
	before := c.user("ssh", "-G", "my.example.com")
	c.installDebs(newVersion)
	if after := c.user("ssh", "-G", "my.example.com"); after != before {
		t.Fatalf("installing changed ssh's configuration: %q", without(after, before))
	}
	examples := slices.DeleteFunc(strings.Fields(c.ok("dpkg", "--listfiles", "rdnsproxy")), func(path string) bool {
		return !strings.Contains(path, "/examples/ssh/") || c.isDir(path)
	})
	if len(examples) != 1 {
		t.Fatalf("the package's examples for ssh: %q", examples)
	}
	c.must(do("cp", c.root+examples[0], c.root+"/etc/ssh/ssh_config.d/"+filepath.Base(examples[0])))
	c.sshd()
	if got := without(c.user("ssh", "-G", "my.example.com"), before); !slices.Equal(got, []string{"proxycommand /usr/bin/rdnsproxy '%h' %p"}) {
		t.Errorf("the example makes it %q", got)
	}
	o := c.finish(c.as("chris", "ssh", "-p", chrootSSHD, "my.example.com", "echo hello"), nil)
	if o.status != 0 || o.out != "hello\n" || !strings.HasPrefix(o.err, articleWarning) {
		t.Errorf("%+v", o)
	}
}

func (c *chroot) isDir(path string) bool {
	st, err := os.Lstat(c.root + path)
	return err == nil && st.IsDir()
}
