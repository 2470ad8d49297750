package sshconf

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBlocks(t *testing.T) {
	q := write(t, `Host a *.b !c "quoted" x?y
	ProxyCommand nc %h %p
Include inc
Match host M,!n,*.o user root
	ProxyJump gate
Match originalhost p
	ProxyJump gate
Match user root
	ProxyCommand none
Match exec "true"
	ProxyCommand nc %h %p
Match final host q
	User x
	ProxyJump gate
Match all
	ProxyCommand nc %h %p
Host -oProxyCommand=x
`)
	if err := os.MkdirAll(filepath.Join(q.Home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(q.Home, ".ssh", "inc"), []byte("Host i\nMatch tagged y\nProxyJump gate\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	samples, conditions, err := q.Blocks()
	if err != nil {
		t.Fatal(err)
	}
	want := []Sample{{"a", "a"}, {"*.b", "x.b"}, {"quoted", "quoted"}, {"x?y", "xxy"}, {"i", "i"}, {"m", "m"},
		{"*.o", "x.o"}, {"p", "p"}, {"q", "q"}}
	if d := cmp.Diff(want, samples); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	held := []Condition{
		{filepath.Join(q.Home, ".ssh", "inc") + ":2", nil, false},
		{q.File + ":4", []string{"m", "*.o"}, false},
		{q.File + ":10", nil, false},
		{q.File + ":12", []string{"q"}, true},
	}
	if d := cmp.Diff(held, conditions); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if !conditions[0].Holds("any") || !conditions[1].Holds("X.O") || conditions[1].Holds("any") {
		t.Error("Holds")
	}
}
