//go:build linux

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Paths in the tests' own /run.
const (
	lab      = "/run/lab"
	program  = lab + "/rdnsproxy"
	home     = lab + "/chris"
	rootHome = lab + "/root"
	chris    = 1000 // user and group id of the article's author, who runs ssh and logs in

	sshdPlain  = "22"   // an sshd with the default: UseDNS no
	sshdUseDNS = "2222" // one that looks its clients up and logs complaints
)

// Account files with only the users that sshd and ssh need.
var accounts = map[string]string{
	"passwd": "root:x:0:0::" + rootHome + ":/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n" +
		"avahi:x:101:101::/run/avahi-daemon:/usr/sbin/nologin\nchris:x:1000:1000::" + home + ":/bin/sh\n",
	"group":  "root:x:0:\ntty:x:5:\nutmp:x:43:\navahi:x:101:\nnogroup:x:65534:\nchris:x:1000:\n",
	"shadow": "root:*:19000:0:99999:7:::\nsshd:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\nchris:*:19000:0:99999:7:::\n",
}

// Files in /etc that a test may change; see visit.
var pristine = map[string]string{
	"hosts":         "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n",
	"resolv.conf":   "nameserver 127.0.0.1\n",
	"nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
}

// buildWorld sets up the file system, the addresses and the servers. stop ends what was
// started, also after an error.
func buildWorld(built string) (stop func(), err error) {
	var running []*exec.Cmd
	stop = func() {
		for _, cmd := range running {
			cmd.Process.Kill()
			cmd.Wait()
		}
	}
	if err := errors.Join(mountPrivately(), addAddresses(), layOut(built)); err != nil {
		return stop, err
	}
	zones, err := nsdConf()
	if err != nil {
		return stop, err
	}
	if err := os.WriteFile(lab+"/nsd.conf", zones, 0o644); err != nil {
		return stop, err
	}
	for _, argv := range [][]string{
		{"nsd", "-d", "-c", lab + "/nsd.conf"},
		sshd(sshdPlain, "no"),
		sshd(sshdUseDNS, "yes"),
	} {
		cmd, err := serve(argv)
		if err != nil {
			return stop, err
		}
		running = append(running, cmd)
	}
	return stop, errors.Join(answers("127.0.0.1:53"), answers("127.0.0.1:"+sshdPlain), answers("127.0.0.1:"+sshdUseDNS))
}

// mountPrivately mounts a writable copy of /etc over /etc, and empty file systems where
// servers keep their state and logs.
func mountPrivately() error {
	state, _ := os.ReadDir("/var/lib") // nsd may need these directories, empty
	for _, dir := range []string{"/run", "/var/log", "/var/lib"} {
		if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
			return fmt.Errorf("a tmpfs on %s: %w", dir, err)
		}
	}
	for _, d := range state {
		if err := os.Mkdir("/var/lib/"+d.Name(), 0o755); err != nil {
			return err
		}
	}
	if err := errors.Join(os.Mkdir("/run/sshd", 0o755), os.MkdirAll(lab+"/etc", 0o755)); err != nil {
		return err
	}
	if err := do("cp", "-a", "/etc/.", lab+"/etc"); err != nil {
		return err
	}
	if err := unix.Mount(lab+"/etc", "/etc", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("an own /etc: %w", err)
	}
	for name, content := range accounts {
		if err := os.WriteFile("/etc/"+name, []byte(content), 0o644); err != nil {
			return err
		}
	}
	// The machine's own settings for ssh and Kerberos must not affect the tests.
	for _, path := range []string{"/etc/ssh/ssh_config.d", "/etc/krb5.conf", "/etc/krb5.keytab"} {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return os.WriteFile("/etc/ssh/ssh_config", nil, 0o644)
}

// addAddresses adds the article's addresses to the loopback interface. There is no other
// interface, so nothing outside can be reached.
func addAddresses() error {
	text, err := os.ReadFile("testdata/addresses")
	if err != nil {
		return err
	}
	var batch bytes.Buffer
	batch.WriteString("link set lo up\n")
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			fmt.Fprintf(&batch, "address add %s dev lo\n", line)
		}
	}
	ip := exec.Command("ip", "-batch", "-")
	ip.Stdin = &batch
	if out, err := ip.CombinedOutput(); err != nil {
		return fmt.Errorf("ip: %w: %s", err, out)
	}
	return nil
}

// layOut installs the program, the keys and the servers' files.
func layOut(built string) error {
	return errors.Join(
		do("cp", "-r", built+"/.", lab),
		do("cp", "-r", "testdata/zones", "testdata/sshd_config", "testdata/ssh_config", lab),
		do("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", lab+"/hostkey"),
		do("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", lab+"/userkey"),
		do("cp", lab+"/userkey.pub", lab+"/authorized_keys"),
	)
}

// nsdConf returns testdata's nsd.conf with a block for each zone file.
func nsdConf() ([]byte, error) {
	conf, err := os.ReadFile("testdata/nsd.conf")
	if err != nil {
		return nil, err
	}
	zones, err := filepath.Glob(lab + "/zones/*")
	for _, z := range zones {
		conf = fmt.Appendf(conf, "zone:\n\tname: %q\n\tzonefile: %q\n", filepath.Base(z), z)
	}
	return conf, err
}

func sshd(port, useDNS string) []string {
	path, _ := exec.LookPath("sshd") // it re-executes itself and requires an absolute path
	argv := []string{path, "-D", "-f", lab + "/sshd_config", "-E", sshdLog(port), "-o", "Port=" + port, "-o", "UseDNS=" + useDNS}
	// Since 9.8 sshd refuses clients that disconnect without logging in; some do here.
	if lenient := append(argv[1:len(argv):len(argv)], "-o", "PerSourcePenalties=no"); exec.Command(path, append(lenient, "-t")...).Run() == nil {
		argv = append(argv[:1], lenient...)
	}
	return argv
}

func sshdLog(port string) string { return lab + "/sshd-" + port + ".log" }

// serve starts a server that dies with the tests. Its stderr is shown; nsd and sshd write
// to it only on errors.
func serve(argv []string) (*exec.Cmd, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stderr = os.Stderr
	if argv[0] == "nsd" {
		log, err := os.Create(lab + "/nsd.log")
		if err != nil {
			return nil, err
		}
		defer log.Close()
		cmd.Stderr = log
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, cmd.Start()
}

// answers waits until something listens on a TCP port, as both nsd and sshd do.
func answers(addr string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no server at %s: %w", addr, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func do(argv ...string) error {
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, out)
	}
	return nil
}
