package knownhosts_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/lab"
)

// patience tells a hang from a slow machine.
const patience = time.Minute

// opinion is what the real ssh made of a server.
type opinion struct {
	status     knownhosts.Status
	evidence   string   // path:line, where ssh names it
	algorithms []string // host key algorithms, as it offered them
	said       string
}

// ask connects with the real ssh, which takes the server for the host, whatever
// its name and port: a ProxyCommand leads there.
func ask(t *testing.T, h knownhosts.Host, s *lab.SSHServer, user, global []string) opinion {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	args := []string{"-F", "none", "-vv", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o",
		"UpdateHostKeys=no",
		"-o", "UserKnownHostsFile=" + quoted(user), "-o", "GlobalKnownHostsFile=" + quoted(global),
		"-o", fmt.Sprintf("ProxyCommand=nc 127.0.0.1 %d", s.Addr().Port()), "-l", "ada"}
	if h.Alias != "" {
		args = append(args, "-o", "HostKeyAlias="+h.Alias)
	}
	if h.Port != 0 {
		args = append(args, "-p", strconv.Itoa(int(h.Port)))
	}
	cmd := exec.CommandContext(ctx, "ssh", append(args, h.Name, "true")...)
	cmd.WaitDelay = patience
	var errout bytes.Buffer
	cmd.Stderr = &errout
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("ssh: %v", err)
	}
	return classify(t, err == nil, errout.String())
}

func quoted(paths []string) string {
	if len(paths) == 0 {
		return "none"
	}
	return `"` + strings.Join(paths, `" "`) + `"`
}

var (
	found     = regexp.MustCompile(`(?m)^debug1: Found (CA )?key in (.*)\r$`)
	offending = regexp.MustCompile(`(?m)^Offending \S+ key in (.*)\r$`)
	offered   = regexp.MustCompile(`(?m)^debug2: host key algorithms: (.*)\r$`)
)

// classify reads ssh's verdict off its own words.
func classify(t *testing.T, accepted bool, said string) opinion {
	t.Helper()
	o := opinion{said: said}
	if m := offered.FindStringSubmatch(said); m != nil { // the first is ssh's own, the second the server's
		o.algorithms = strings.Split(m[1], ",")
	}
	switch {
	case accepted:
		all := found.FindAllStringSubmatch(said, -1)
		if all == nil {
			t.Fatalf("ssh accepts a key and does not say why:\n%s", said)
		}
		last := all[len(all)-1]
		o.status, o.evidence = knownhosts.StatusKnown, last[2]
		if last[1] != "" {
			o.status = knownhosts.StatusCertified
		}
	case strings.Contains(said, "REVOKED HOST KEY DETECTED"):
		o.status = knownhosts.StatusRevoked
	case strings.Contains(said, "REMOTE HOST IDENTIFICATION HAS CHANGED"):
		o.status = knownhosts.StatusChanged
		m := offending.FindStringSubmatch(said)
		if m == nil {
			t.Fatalf("ssh does not say which line is offended:\n%s", said)
		}
		o.evidence = m[1]
	case strings.Contains(said, "host key is known for"),
		strings.Contains(said, "Host key verification failed."): // without a file of the user's it says no more
		o.status = knownhosts.StatusUnknown
	default:
		t.Fatalf("what does ssh mean?\n%s", said)
	}
	return o
}

// release asks the real ssh for its release.
func release(t *testing.T) knownhosts.Release {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ssh", "-V").CombinedOutput()
	r, ok := knownhosts.ParseRelease(string(out))
	if err != nil || !ok {
		t.Fatalf("ssh -V: %q, %v", out, err)
	}
	return r
}

// shown is the key that a server shows to a client with this order of
// algorithms (RFC 4253, section 7.1).
func shown(t *testing.T, s *lab.SSHServer, order []string) ssh.PublicKey {
	t.Helper()
	for _, algorithm := range order {
		keyType := strings.NewReplacer("rsa-sha2-256", "ssh-rsa", "rsa-sha2-512", "ssh-rsa").Replace(algorithm)
		for _, key := range s.HostKeys() {
			if key.Type() == keyType {
				return key
			}
		}
	}
	t.Fatal("no algorithm in common")
	return nil
}

// TestAsSSH holds Judge and Algorithms against the real ssh: status, evidence
// and the order of algorithms.
func TestAsSSH(t *testing.T) {
	installed, cast := release(t), newCast(t)
	for i, c := range cases() {
		if testing.Short() && i%8 != 0 {
			continue // each case runs ssh
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			user, global := write(t, "user", cast.expand(c.user)), write(t, "global", cast.expand(c.global))
			f, errs := knownhosts.ParseFiles(slices.Concat(user, global)...)
			if errs != nil {
				t.Fatal(errs)
			}
			server := cast.servers[c.server]
			l := knownhosts.Login{Known: f, Host: c.host, Rules: knownhosts.Rules{Release: installed}}
			order := l.Algorithms(t.Context())
			got := l.Judge(t.Context(), shown(t, server, order))

			real := ask(t, c.host, server, user, global)
			if got.Status != real.status {
				t.Fatalf("%s, to ssh it is %s:\n%s", got.Status, real.status, real.said)
			}
			if got.Status != c.want && !c.varies {
				t.Errorf("%s, want %s, whatever ssh says", got.Status, c.want)
			}
			if !slices.Equal(order, real.algorithms) {
				t.Errorf("offers %q\nssh    %q", order, real.algorithms)
			}
			if real.evidence != "" && (got.Line == nil || got.Line.String() != real.evidence) {
				t.Errorf("evidence is %v, to ssh it is %s", got.Line, real.evidence)
			}
			if newest := judge(f, c.host, shown(t, server, order)); newest.Status != c.want {
				t.Errorf("%s by the newest release, want %s", newest.Status, c.want)
			}
		})
	}
}

// write makes a file of each text and returns their paths.
func write(t *testing.T, kind string, texts []string) []string {
	t.Helper()
	var paths []string
	dir := t.TempDir()
	for i, text := range texts {
		path := filepath.Join(dir, kind+strconv.Itoa(i))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}
