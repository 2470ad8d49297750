//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/check"
)

// servedZones are zones with everything that an authoritative server makes of records:
// wildcards, aliases within and out of a zone, DNAME, names between others, delegations,
// a small reverse zone (RFC 2317).
var servedZones = map[string][]string{
	"example.test": {
		"web A 10.9.0.1", "web AAAA 2001:db8::1", "two 300 A 10.9.0.2", "two 300 A 10.9.0.3", "wrong A 10.9.0.4",
		"none A 10.9.0.5", "far A 192.0.2.77", "www CNAME web", "out CNAME web.other.test.", "away CNAME web.elsewhere.test.",
		"loop CNAME pool", "pool CNAME loop", "*.dyn A 10.9.0.20", "host.deep.dyn TXT x", "a.b.c A 10.9.0.6",
		"old DNAME new.example.test.", "x.new A 10.9.0.7", "cut NS ns.cut", "ns.cut A 10.9.0.99", "malformed A 10.9.0.8",
		"numeric A 10.9.0.9", "alias A 10.9.0.10", "small A 10.9.0.130", "many A 10.9.0.11", "UPPER A 10.9.0.12",
		"dnamed A 10.9.0.13", "wild A 10.9.0.14", "looped A 10.9.0.15", "apart A 10.9.0.16", "cutoff A 10.9.0.17",
		"between A 10.9.0.18",
	},
	"other.test": {"web A 10.9.0.1"},
	"9.10.in-addr.arpa": {
		"1.0 PTR web.example.test.", "2.0 PTR two.example.test.", "3.0 PTR nosuch.example.test.", "4.0 PTR web.example.test.",
		"8.0 PTR bad\\032name.example.test.", "9.0 PTR 10.9.0.9.", "10.0 PTR www.example.test.", "6.0 PTR a.b.c.example.test.",
		"7.0 PTR x.old.example.test.", "130.0 CNAME 130.128-191.0", "12.0 PTR upper.EXAMPLE.test.",
		"11.0 PTR many.example.test.", "11.0 PTR other.example.test.", "11.0 PTR x.deep.dyn.example.test.",
		"13.0 PTR nothing.old.example.test.", "14.0 PTR what.ever.dyn.example.test.", "15.0 PTR loop.example.test.",
		"16.0 PTR away.example.test.", "17.0 PTR ns.cut.example.test.", "18.0 PTR b.c.example.test.",
		"128-191.0 NS ns.example.test.",
	},
	"128-191.0.9.10.in-addr.arpa": {"130 PTR small.example.test."},
	"8.b.d.0.1.0.0.2.ip6.arpa":    {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR web.example.test."},
}

// comparable returns a report without what says where an answer is from, and when. A TTL
// of which a part of a second has passed is the same TTL.
func comparable(report string) string {
	report = regexp.MustCompile(`(zone|dns):[^"\s,;()]+|"timings":\{[^}]*\}|"time":"[^"]*"`).ReplaceAllString(report, "_")
	return strings.NewReplacer(`"ttl":3599`, `"ttl":3600`, `"ttl":599`, `"ttl":600`, `"ttl":299`, `"ttl":300`).Replace(report)
}

// TestZonesLikeNSD: zones in memory answer like the real nsd that serves the same files,
// and so does a zone that nsd has transferred.
func TestZonesLikeNSD(t *testing.T) {
	v := newVisit(t)
	dir := v.nsd(servedZones)
	var files, transfers []string
	for _, apex := range slices.Sorted(maps.Keys(servedZones)) {
		files = append(files, "--zone", apex+"="+filepath.Join(dir, apex))
		transfers = append(transfers, "--axfr", apex+"@127.0.0.2")
	}
	run := func(args ...string) string {
		o := v.asRoot(append([]string{"rdnsproxy", "check", "--dns-only", "--format", "jsonl", "-F", "none", "--hosts-file", "/dev/null",
			"--resolver", "127.0.0.2"}, args...)...)
		if o.status != 1 {
			t.Fatalf("%q: status %d, %s", args, o.status, o.err)
		}
		return o.out
	}
	fromFiles := run(files...)
	var targets strings.Builder
	n := 0
	for line := range strings.Lines(fromFiles) {
		target, _, _ := strings.Cut(strings.TrimPrefix(line[strings.Index(line, `"target":"`):], `"target":"`), `"`)
		fmt.Fprintln(&targets, target)
		n++
	}
	if n < 39 {
		t.Errorf("%d targets:\n%s", n, &targets)
	}
	list := filepath.Join(t.TempDir(), "list")
	v.must(os.WriteFile(list, []byte(targets.String()), 0o644))
	fromServer := run("--from-file", list)
	if !strings.Contains(fromFiles, `"source":"zone:`) || strings.Contains(fromServer, `"source":"zone:`) {
		t.Error("the two ways are one")
	}
	sameLines(t, "zone files", fromFiles, fromServer)
	sameLines(t, "transferred zones", sorted(run(transfers...)), sorted(fromServer))
}

// sorted sorts lines: a server sends the records of a zone in an order of its own.
func sorted(lines string) string {
	all := strings.Split(lines, "\n")
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// withoutPlaces returns results without what the report of a zone says otherwise than that
// of a server, on purpose: on which line something is, and who is to correct it.
func withoutPlaces(t *testing.T, report string) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(report) {
		if line == "\n" {
			continue
		}
		r := new(check.Result)
		if err := json.Unmarshal([]byte(line), r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		r.Where = ""
		for i := range r.Findings {
			f := &r.Findings[i]
			f.Text = strings.TrimPrefix(f.Text, fmt.Sprintf("%s:%d: ", f.File, f.Line))
			f.File, f.Line = "", 0
			f.Advice = slices.DeleteFunc(f.Advice, func(a check.Advice) bool {
				return a.Code == check.AdviseHostsLine || a.Code == check.AdviseHostsLineKey
			})
			for j := range f.Advice {
				if a := &f.Advice[j]; a.Machine == check.ReverseZone || a.Machine == check.ForwardZone {
					a.Text = ""
				}
			}
		}
		b.Write(append(r.AppendJSON(nil), '\n'))
	}
	return b.String()
}

// sameLines compares two reports line by line, but for sources, places and times.
func sameLines(t *testing.T, what, got, want string) {
	t.Helper()
	a := strings.Split(comparable(withoutPlaces(t, got)), "\n")
	b := strings.Split(comparable(withoutPlaces(t, want)), "\n")
	if len(a) != len(b) {
		t.Errorf("%s: %d lines, want %d", what, len(a), len(b))
		return
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("%s:\n%s\nnsd:\n%s", what, a[i], b[i])
		}
	}
}

// TestTransferRefused: a server that lets nobody transfer its zones is named, with its rcode.
func TestTransferRefused(t *testing.T) {
	v := newVisit(t)
	o := v.run("rdnsproxy", "check", "--axfr", "example.com@127.0.0.1")
	if o.status != 2 || !strings.HasPrefix(o.err, "rdnsproxy: error: zone example.com could not be transferred from 127.0.0.1: "+
		"the server answers REFUSED (--axfr takes ") {
		t.Errorf("status %d, %s", o.status, o.err)
	}
}

// A zone that is transferred only to those who have the key signed.
const (
	signedZone     = "signed.test"
	transferSecret = "c2hhcmVkIHNlY3JldCBvZiB0aGUgdGVzdHM="
)

// TestTransferSigned: with the key in --tsig-file, nsd hands out a zone that it refuses
// to others.
func TestTransferSigned(t *testing.T) {
	v := newVisit(t)
	v.nsd(map[string][]string{signedZone: {"web A 10.9.1.1"}})
	dir := t.TempDir()
	key := func(secret string) string {
		path := filepath.Join(dir, "key")
		v.must(os.WriteFile(path, []byte("key \"signed.\" {\n\talgorithm hmac-sha256;\n\tsecret \""+secret+"\";\n};\n"), 0o600))
		return path
	}
	for _, tt := range []struct {
		name   string
		flags  []string
		status int
		says   string
	}{
		{"no key", nil, 2, "the server answers REFUSED"},
		{"the key", []string{"--tsig-file", key(transferSecret)}, 0, "zone:" + signedZone + "@127.0.0.2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := v.asRoot(append([]string{"rdnsproxy", "check", "--dns-only", "--offline", "--format", "jsonl", "--axfr", signedZone + "@127.0.0.2"}, tt.flags...)...)
			if o.status != tt.status || !strings.Contains(o.out+o.err, tt.says) {
				t.Errorf("status %d, %s%s", o.status, o.out, o.err)
			}
		})
	}
	o := v.asRoot("rdnsproxy", "check", "--axfr", signedZone+"@127.0.0.2", "--tsig-file", key("d3Jvbmc="))
	if o.status != 2 || !strings.HasPrefix(o.err, "rdnsproxy: error: zone signed.test could not be transferred from 127.0.0.2: ") {
		t.Errorf("a wrong key: status %d, %s", o.status, o.err)
	}
}
