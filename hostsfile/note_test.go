package hostsfile_test

import (
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
)

const aKey = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func lineOf(t testing.TB, raw string) *hostsfile.Line {
	t.Helper()
	f, err := hostsfile.Parse(strings.NewReader(raw))
	if err != nil || len(f.Lines) == 0 {
		t.Fatalf("%q: %v", raw, err)
	}
	return &f.Lines[0]
}

func TestNote(t *testing.T) {
	for want, n := range map[string]hostsfile.Note{
		"# rdnsproxy 2026-11-22 unresolvable": {Verdict: "unresolvable"},
		"# rdnsproxy 2026-11-22 mismatch " + aKey: {
			Verdict: "mismatch", Fingerprint: aKey,
		},
		"# rdnsproxy 2026-11-22 exact expires=2027-02-20": {
			Verdict: "exact", Expires: day("2027-02-20"),
		},
		"# rdnsproxy 2026-11-22 missing no-newline=0123abcd": {
			Verdict: "missing", NoNewline: "0123abcd",
		},
		"# rdnsproxy 2026-11-22 numeric " + aKey + " expires=2027-02-20 no-newline=0123abcd": {
			Verdict: "numeric", Fingerprint: aKey, Expires: day("2027-02-20"), NoNewline: "0123abcd",
		},
		"# rdnsproxy 2026-11-22 missing port=65535 alone": {
			Verdict: "missing", Port: 65535, Single: true,
		},
		"# rdnsproxy 2026-11-22 numeric " + aKey + " port=2222 expires=2027-02-20 alone no-newline=0123abcd": {
			Verdict: "numeric", Fingerprint: aKey, Port: 2222, Expires: day("2027-02-20"),
			Single: true, NoNewline: "0123abcd",
		},
	} {
		n.Written = day("2026-11-22")
		t.Run(want, func(t *testing.T) {
			if n.String() != want {
				t.Errorf("%q", n)
			}
			for _, end := range []string{"", "\n", "\r\n"} {
				got, ok := lineOf(t, "192.168.1.243  my.example.com  "+want+end).Note()
				if !ok || got != n {
					t.Errorf("with %q: %+v, %t", end, got, ok)
				}
			}
		})
	}
}

// A comment that only resembles the form is not a Note.
func TestNoNote(t *testing.T) {
	const entry, date = "192.168.1.243  my.example.com  ", "# rdnsproxy 2026-11-22 "
	for _, raw := range []string{
		entry,
		entry + "# rdnsproxy",
		entry + "# rdnsproxy ",
		entry + "# rdnsproxy 2026-11-22",
		entry + date,
		entry + date + "wrong",
		entry + date + "no-address",
		entry + date + "Mismatch",
		entry + date + "mismatch ",
		entry + date + "mismatch  " + aKey,
		entry + date + "mismatch\r",
		entry + date + "mismatch\t" + aKey,
		entry + date + "mismatch expires=2027-02-20 " + aKey,
		entry + date + "mismatch no-newline=0123abcd expires=2027-02-20",
		entry + date + "mismatch no-newline=0123abcd no-newline=0123abcd",
		entry + date + "mismatch no-newline",
		entry + date + "mismatch no-newline=",
		entry + date + "mismatch no-newline=0123abc",
		entry + date + "mismatch no-newline=0123abcde",
		entry + date + "mismatch no-newline=0123ABCD",
		entry + date + "mismatch no-newline=0123\x1bbcd",
		entry + date + "mismatch expires=2027-02-30",
		entry + date + "mismatch expires=",
		entry + date + "mismatch expires=2027-2-2",
		entry + date + "mismatch " + aKey + "=",
		entry + date + "mismatch " + aKey[:len(aKey)-1],
		entry + date + "mismatch " + aKey[:len(aKey)-1] + "V", // bits after the last byte
		entry + date + "mismatch MD5:00",
		entry + date + "mismatch hello",
		entry + date + "mismatch port=22", // is never written
		entry + date + "mismatch port=0",
		entry + date + "mismatch port=65536",
		entry + date + "mismatch port=02222",
		entry + date + "mismatch port=",
		entry + date + "mismatch port",
		entry + date + "mismatch port=2222 " + aKey,
		entry + date + "mismatch alone=",
		entry + date + "mismatch alone alone",
		entry + "# rdnsproxy 2026-13-22 mismatch",
		entry + "# rdnsproxy 20261122 mismatch",
		entry + "#rdnsproxy 2026-11-22 mismatch",
		entry + "## rdnsproxy 2026-11-22 mismatch",
		entry + "# x # rdnsproxy 2026-11-22 mismatch",
		entry + "\x00 # rdnsproxy 2026-11-22 mismatch",
		"# 192.168.1.243 x # rdnsproxy 2026-11-22 mismatch",
		"192.168.1.243 # rdnsproxy 2026-11-22 mismatch",
		date + "mismatch",
	} {
		t.Run(raw, func(t *testing.T) {
			if n, ok := lineOf(t, raw).Note(); ok {
				t.Errorf("%+v", n)
			}
		})
	}
}

// ssh's own port is not written.
func TestNotePort22(t *testing.T) {
	if n := (hostsfile.Note{Written: day("2026-11-22"), Verdict: "missing", Port: 22}); n.String() != "# rdnsproxy "+
		"2026-11-22 missing" {
		t.Error(n)
	}
}

func TestExpired(t *testing.T) {
	n := hostsfile.Note{Expires: day("2027-02-20")}
	for at, want := range map[string]bool{"2027-02-19": false, "2027-02-20": true, "2027-02-21": true} {
		if n.Expired(day(at)) != want {
			t.Errorf("%s: %t", at, !want)
		}
	}
	if (hostsfile.Note{}).Expired(day("9999-01-01")) {
		t.Error("without a date")
	}
}

// The words are those of package check, which this package may not import.
func TestVerdicts(t *testing.T) {
	for _, v := range check.Verdicts() {
		t.Run(string(v), func(t *testing.T) {
			l := lineOf(t, "192.0.2.1 a "+hostsfile.Note{Written: day("2026-11-22"), Verdict: string(v)}.String())
			if _, ours := l.Note(); ours != (v != check.NoAddress) { // a name without an address has no line
				t.Errorf("read as a note: %t", ours)
			}
		})
	}
}

// FuzzNote: what is read as a note is what the note would write, and says
// nothing that a terminal could mind.
func FuzzNote(f *testing.F) {
	for _, s := range []string{
		"# rdnsproxy 2026-11-22 unresolvable",
		"# rdnsproxy 2026-11-22 mismatch " + aKey + " expires=2027-02-20 no-newline=0123abcd\r\n",
		"# rdnsproxy 0000-01-01 exact", "# rdnsproxy 2026-11-22 exact expires=0001-01-01", "#", "x # rdnsproxy \x00\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, comment string) {
		l := lineOf(t, "192.0.2.1 a "+comment)
		n, ok := l.Note()
		if !ok {
			return
		}
		if got := n.String(); !strings.Contains(l.Raw, got) ||
			strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("%q was read as %q", comment, got)
		}
	})
}
