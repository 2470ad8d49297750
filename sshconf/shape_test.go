package sshconf

import (
	"os/exec"
	"strings"
	"testing"
)

// samples are texts of many shapes, to be put behind every keyword.
var samples = strings.Split(`yes|no|true|False|YES|NO|none|NONE|any|inet|INET6|ask|Ask|auto|AUTOASK|confirm|force|off|accept-new|unbound|
0|1|007|22|65535|65536|99999|999999999|9999999999|-5|+1|0x10|1m|1h30|2D|1w2|5x|1000000|2000000w|
a|A.b|a.b:1|user@host|a@b:22,c|c,a@b:22|[::1]:22|a:0|a:022|,|-x|a-b_c|::1|127.1|FE80::1|x%hy|%%|%h|%d|%|a%20b|
/path|~/path|/a /b|~x|~|./x|~/a ~/b /c|/1 /2 /3 /4 /5 /6 /7 /8|/1 /2 /3 /4 /5 /6 /7 /8 /9|none /x|$X|${HOME}|/x$|
ef|EF|cs1|af11|af44|cs8|le|ef cs0|ef ef ef|lowdelay|LANG|LANG LC_*|-LC_*|LANG=C|A-B=x|A=x y|A=|=x|= x|
8080 host:80|127.0.0.1:1 h:2|*:1 h:2|:1 h:2|1 h|1 h:0|1:2 a:3|x:1 y:2|QUIET|info|DEBUG3|DEBUG4|
aes128-ctr|aes128-ctr,aes256-ctr|ssh-ed25519|+ssh-rsa|-ssh-rsa|^ssh-rsa|curve25519-sha256|+curve25519-sha256|hmac-sha2-256|none-such|
nc %h %p|sh -c "x y"|a "b|a 'b'|a\b|"a"|""|a b|.|:|*|!x|x=y|@|@a|a@|a"b"c|x #y|x#y`, "|")

// TestAllowList puts every sample behind every keyword. What the list lets pass
// ssh must accept, and what is told must be what ssh prints.
func TestAllowList(t *testing.T) {
	allowedOnes := 0
	for _, row := range table {
		keyword := row.name
		t.Run(keyword, func(t *testing.T) {
			t.Parallel()
			for i, text := range samples {
				if testing.Short() && i%8 != 0 {
					continue // each asks ssh
				}
				text = strings.TrimPrefix(text, "\n")
				if _, ok := allowed(keyword, text); !ok {
					continue
				}
				q := Query{Host: "Web", File: "none", Home: home(t), LocalUser: localUser(t),
					Args: []string{"-o", keyword + " " + text}}
				want := truth(t, q)
				h, err := q.Lookup(t.Context())
				if want == nil && err != nil {
					continue // the list lets tokens pass, and their expansion does not
				}
				if want == nil {
					out, _ := exec.Command("ssh", "-G", "-F", "none", "-o", keyword+" "+text, "web").CombinedOutput()
					t.Errorf("%s %s: ssh refuses: %.200s", keyword, text, out)
					continue
				}
				if err != nil {
					t.Errorf("%s %s: %v", keyword, text, err)
					continue
				}
				compare(t, keyword+" "+text, h, want, order(), false)
			}
		})
		for _, text := range samples {
			if _, ok := allowed(keyword, strings.TrimPrefix(text, "\n")); ok {
				allowedOnes++
			}
		}
	}
	t.Logf("%d keywords and %d samples: %d pairs are allowed", len(table), len(samples), allowedOnes)
}
