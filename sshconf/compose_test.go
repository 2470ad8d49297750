package sshconf

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Lines for composed configurations: those that the package reads, and those that only ssh
// can evaluate.
var (
	headers = strings.Split("Host web|Host db|Host *|Host w* !web|Host *.example.com|Host real|Host other|"+
		"Match all|Host Web web", "|")
	bodies = strings.Split(`HostName real|HostName %h.example.com|Port 1|Port 2|User u|User v|AddressFamily inet|ConnectTimeout 5|
ConnectTimeout none|BindAddress a|BindAddress b|ProxyJump gate|ProxyJump none|ProxyCommand nc %h %p|ProxyCommand none|
ControlPath /x/%h-%p-%r|UserKnownHostsFile ~/k|TCPKeepAlive no|IdentityFile ~/.ssh/x|ServerAliveInterval 5|ForwardAgent yes|
ControlMaster auto|ControlPersist 5m|HostKeyAlias h|IPQoS ef|Include $DIR/inc1|Include $DIR/inc2|Include $DIR/inc*`, "|")
	oddHeaders = strings.Split(`Host web?|Host "web"|Match host real|Match host web,db|Match originalhost web|`+
		`Match user u|Match !user u|
Match exec "test %h = real"|Match exec false|Match final all|Match final host real|Match canonical`, "|")
	oddBodies = strings.Split(`Port "3"|User u # x|ProxyCommand nc # x|Ciphers ^aes128-ctr|`+
		`CanonicalDomains example.invalid|Include "$DIR/inc1"`, "|")
)

// composer writes configurations, one line in odds of which is odd.
type composer struct {
	*rand.Rand
	odds int
	dir  string
}

func (c composer) line(plain, odd []string) string {
	if c.odds > 0 && c.IntN(c.odds) == 0 {
		plain = odd
	}
	return strings.ReplaceAll(strings.TrimSpace(plain[c.IntN(len(plain))]), "$DIR", c.dir)
}

func (c composer) compose(blocks int) string {
	var b strings.Builder
	for range c.IntN(3) {
		fmt.Fprintln(&b, c.line(bodies, oddBodies))
	}
	for range blocks {
		fmt.Fprintln(&b, c.line(headers, oddHeaders))
		for range 1 + c.IntN(3) {
			fmt.Fprintf(&b, "\t%s\n", c.line(bodies, oddBodies))
		}
	}
	return b.String()
}

// TestComposed compares the package with ssh on random configurations.
func TestComposed(t *testing.T) {
	t.Cleanup(func() { t.Logf("questions answered by: %v", tally.by) })
	seeds := uint64(120)
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c := composer{rand.New(rand.NewPCG(seed, 7)), int(seed%3) * 5, dir}
			texts := map[string]string{
				"inc1":   strings.ReplaceAll(c.compose(1), "Include", "#"), // no loops
				"inc2":   strings.ReplaceAll(c.compose(2), "Include", "#"),
				"config": c.compose(2 + c.IntN(4)),
			}
			for name, text := range texts {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			asker := &configCase{dir: dir, asks: []string{"web", "db", "x.example.com|-l|u"}}
			for _, q := range asker.queries(t) {
				asker.check(t, q)
			}
			if t.Failed() {
				t.Logf("%s\n-- inc1\n%s\n-- inc2\n%s", texts["config"], texts["inc1"], texts["inc2"])
			}
		})
	}
}
