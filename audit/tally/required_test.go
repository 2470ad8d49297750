package tally

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/limits"
)

// keys tallies refusals by from=, each in a connection of one client, with pids from pid on.
func keys(t testing.TB, y *Tally, pid int, refusals ...Count) *Tally {
	t.Helper()
	for _, r := range refusals {
		for range r.N {
			pid++
			at := ""
			if r.At != "" {
				at = r.At + ": "
			}
			add(t, y, fmt.Sprintf("fs1 %d 1 %sAuthentication tried for backup with correct key but not from a permitted host "+
				"(host=192.0.2.1, ip=192.0.2.1, required=%s).", pid, at, r.Name))
		}
	}
	return y
}

func required(t testing.TB, y *Tally) []Count {
	t.Helper()
	y.Finish()
	clients := slices.Collect(y.Clients())
	if len(clients) != 1 {
		t.Fatalf("%d clients", len(clients))
	}
	return clients[0].Required.Names
}

// Lists are counted by place, also when they have been merged and encoded on the way.
func TestRequired(t *testing.T) {
	long := "/" + strings.Repeat("x", 150) + ":7"
	full := strings.Repeat("l", 200) // as long as sshd lets a list be; longer than a name, with the place
	want := []Count{
		{"10.0.0.0/8", 4, "/home/backup/.ssh/authorized_keys:3"},
		{"10.0.0.0/8", 3, ""},
		{"10.0.0.0/8", 2, "/home/backup/.ssh/authorized_keys:33"},
		{full, 2, long},
		{"*.example.net", 1, "/home/backup/.ssh/authorized_keys:3"},
	}
	if got := required(t, keys(t, New(Options{}), 1, want...)); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	y := New(Options{})
	for i, r := range slices.Concat(want, want) {
		var b bytes.Buffer
		if err := keys(t, NewPart(Options{}), 1+100*i, r).Encode(&b); err != nil {
			t.Fatal(err)
		}
		part, err := Decode(&b)
		if err == nil {
			err = y.Merge(part)
		}
		if err != nil {
			t.Fatal(err)
		}
		y.dropNames()
	}
	for i := range want {
		want[i].N *= 2
	}
	if got := required(t, y); !slices.Equal(got, want) {
		t.Errorf("merged: %v", got)
	}
}

// A place that is too long, or has the byte that ends it, is left out, not cut.
func TestPlaceIsBounded(t *testing.T) {
	for name, at := range map[string]string{
		"too long": "/" + strings.Repeat("x", limits.LogName) + ":7",
		"a NUL":    "/a\x00b:7",
	} {
		t.Run(name, func(t *testing.T) {
			n := newNames(10)
			id := n.required([]byte(at), bytes.Repeat([]byte("l"), 1000))
			gotAt, list := placed(n.of(id))
			if len(gotAt) > 0 || len(list) != limits.LogName {
				t.Errorf("%q, %d bytes", gotAt, len(list))
			}
		})
	}
	n := newNames(10)
	if id := n.required(nil, []byte("a\x00b")); id == 0 || string(n.of(id)) != "\x00a\x00b" {
		t.Error("a list with a NUL has a place")
	}
	if n.required([]byte("/a:1"), nil) != 0 {
		t.Error("a place without a list")
	}
}

// What is decoded is bounded as what is read is.
func TestDecodedPlaceIsBounded(t *testing.T) {
	d := &decoder{t: NewPart(Options{})}
	id := d.required(bytesText(strings.Repeat("x", 9999) + "\x00" + strings.Repeat("l", 9999)))
	if b := d.t.names.of(id); len(b) != 1+limits.LogName {
		t.Errorf("%d bytes", len(b))
	}
	if at, list := placed(d.t.names.of(d.required("l"))); len(at) > 0 || string(list) != "l" {
		t.Errorf("%q %q", at, list)
	}
}

// A real sshd's refusals have their key's file and line.
func TestRecordedPlace(t *testing.T) {
	y := tallied(New(Options{}), recorded(t, "day-info.log"))
	y.Finish()
	var got []Count
	for c := range y.Clients() {
		got = append(got, c.Required.Names...)
	}
	want := []Count{{"*.deru.net,good.example.com", 2, "/run/lab/audit/keys/backup:1"}}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
