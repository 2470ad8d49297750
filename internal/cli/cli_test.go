package cli

import (
	"strings"
	"testing"
	"time"

	"rdnsproxy/internal/exit"
)

// TestClassify: the first word that is no flag and the word right after it decide.
func TestClassify(t *testing.T) {
	tests := []struct {
		line  string
		relay bool
		args  string // if "", the line as it is
	}{
		{"my.example.com 22", true, ""},
		{"check 22", true, ""},
		{"ssh 22", true, ""},
		{"demo 65535 demo", true, ""},
		{"check -q 22", false, ""},
		{"check 0", false, ""},
		{"check 70000", false, ""},
		{"check my.example.com", false, ""},
		{"-q check my.example.com", false, "check -q my.example.com"},
		{"--resolver 192.0.2.53 check a", false, "check --resolver 192.0.2.53 a"},
		{"--resolver=192.0.2.53 check 22", true, ""},
		{"--resolver check 22 22", true, ""},
		{"-F check 22 22", true, ""},
		{"-qF none check a", false, "check -qF none a"},
		{"-4F none a 22", true, ""},
		{"-- check 22", true, ""},
		{"-- check a", true, ""},
		{"-q -- %h %p", true, ""},
		{"--help", false, "help"},
		{"-h", false, "help"},
		{"--version", false, "version"},
		{"my.example.com", true, ""},
		{"chek 22", true, ""},
		{"chek -v 22", true, ""},
		{"a ssh", true, ""},
		{"ssh -v a", false, ""},
		{"version", false, ""},
	}
	for _, tt := range tests {
		got, err := classify(strings.Fields(tt.line))
		want := tt.args
		if want == "" {
			want = tt.line
		}
		if err != nil || got.relay != tt.relay || strings.Join(got.args, " ") != want {
			t.Errorf("%s: %+v, %v", tt.line, got, err)
		}
	}
	for _, line := range []string{"", "-q", "--resolver", "nosuch", "chek my.example.com", "-q chek a b"} {
		if got, err := classify(strings.Fields(line)); err == nil {
			t.Errorf("%q: %+v", line, got)
		}
	}
}

func TestParseTarget(t *testing.T) {
	tests := []struct {
		word, user, host string
		port             uint16
		fails            bool
	}{
		{word: "my.example.com", host: "my.example.com"},
		{word: "chris@my.example.com", user: "chris", host: "my.example.com"},
		{word: "my.example.com:2222", host: "my.example.com", port: 2222},
		{word: "chris@work@my.example.com:2222", user: "chris@work", host: "my.example.com", port: 2222},
		{word: "192.0.2.1", host: "192.0.2.1"},
		{word: "192.0.2.1:22", host: "192.0.2.1", port: 22},
		{word: "2001:db8::1", host: "2001:db8::1"},
		{word: "[2001:db8::1]", host: "2001:db8::1"},
		{word: "[2001:db8::1]:2222", host: "2001:db8::1", port: 2222},
		{word: "fe80::1%eth0", host: "fe80::1%eth0"},
		{word: "ssh://chris@my.example.com:2222", user: "chris", host: "my.example.com", port: 2222},
		{word: "ssh://[2001:db8::1]:2222/", host: "2001:db8::1", port: 2222},
		{word: "127.1", host: "127.1"},
		{word: "", fails: true},
		{word: "-oProxyCommand=x", fails: true},
		{word: "chris@-x", fails: true},
		{word: "my.example.com:0", fails: true},
		{word: "my.example.com:ssh", fails: true},
		{word: "[2001:db8::1", fails: true},
		{word: "[2001:db8::1]x", fails: true},
		{word: "ssh://my.example.com/path", fails: true},
		{word: "ssh://", fails: true},
		{word: "a b", fails: true},
		{word: "a\x1b[2J", fails: true},
	}
	for _, tt := range tests {
		got, err := parseTarget(tt.word)
		if (err != nil) != tt.fails {
			t.Errorf("%q: %+v, %v", tt.word, got, err)
		} else if want := (typedTarget{tt.user, tt.host, tt.port}); err == nil && got != want {
			t.Errorf("%q: %+v, want %+v", tt.word, got, want)
		}
	}
}

func TestInterval(t *testing.T) {
	for word, want := range map[string]time.Duration{
		"1.5s": 1500 * time.Millisecond, "200ms": 200 * time.Millisecond, "10": 10 * time.Second,
		"1m30": 90 * time.Second, "2h": 2 * time.Hour, "0": 0,
	} {
		var i interval
		if err := i.Set(word); err != nil || time.Duration(i) != want {
			t.Errorf("%q: %v, %v", word, &i, err)
		}
	}
	for _, word := range []string{"", "soon", "-1", "-1s", "1x"} {
		if err := new(interval).Set(word); err == nil {
			t.Errorf("%q was taken", word)
		}
	}
}

// TestInOrder: results come in input order, and no more run than there are jobs.
func TestInOrder(t *testing.T) {
	slots := make(chan struct{}, 3)
	next := 0
	in := make([]int, 100)
	for i := range in {
		in[i] = i
	}
	for got := range inOrder(3, in, func(i int) int {
		select {
		case slots <- struct{}{}:
		default:
			t.Error("more run than there are jobs")
		}
		time.Sleep(time.Duration(i%3) * time.Millisecond)
		<-slots
		return i
	}) {
		if got != next {
			t.Fatalf("%d came where %d should have", got, next)
		}
		next++
	}
	for range inOrder(2, in, func(i int) int { return i }) {
		break // whoever has seen enough holds nobody up
	}
}

// TestVoice: a hint has a line of its own for people, parentheses elsewhere, and
// nothing that is printed moves a terminal.
func TestVoice(t *testing.T) {
	var b strings.Builder
	v := &voice{w: &b}
	v.error(refuse(exit.Usage, "do that", "cannot do this: %s", "\x1b[2J\nrdnsproxy: error: forged"))
	v.hint("nobody reads this")
	v.hints = func() bool { return true }
	v.error(refuse(exit.Usage, "do that", "cannot"))
	v.hint("  indented")
	v.quiet = true
	v.warning("not wanted")
	want := "rdnsproxy: error: cannot do this: \\027[2J; rdnsproxy: error: forged (do that)\n" +
		"rdnsproxy: error: cannot\nrdnsproxy: hint: do that\nrdnsproxy: hint:   indented\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// TestRunsThisProgram: which ProxyCommands are this program, as people write them.
func TestRunsThisProgram(t *testing.T) {
	for command, want := range map[string]bool{
		"rdnsproxy %h %p": true, "/opt/rdnsproxy -- %h %p": true, "'/opt/a b/rdnsproxy' %h %p": true, `"/opt/a b/rdnsproxy" %h`: true,
		"exec rdnsproxy %h %p": true, " rdnsproxy %h %p": true, "C:/rdnsproxy.exe %h": true,
		"": false, "nc rdnsproxy 22": false, "'/opt/rdnsproxy b/nc' %h": false, "'": false, "rdnsproxy-old %h %p": false,
	} {
		if got := runsThisProgram(command); got != want {
			t.Errorf("%s: %v", command, got)
		}
	}
}
