package reversecache

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

var (
	addr  = netip.MustParseAddr("192.168.1.243")
	other = netip.MustParseAddr("2001:db8::1")
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 250e6, time.UTC)
	home  = resolve.ConfigID{1}
	away  = resolve.ConfigID{2}
)

var server = resolve.Source{Kind: resolve.KindDNS, Where: "192.0.2.53"}

func ptr(ttl time.Duration, names ...resolve.Name) resolve.Answer {
	q := resolve.Question{Name: resolve.ReverseName(addr), Type: resolve.PTR}
	return resolve.Answer{Question: q, Status: resolve.OK, Source: server, Names: names, Canonical: q.Name, TTL: ttl}
}

func forward(name resolve.Name, ttl time.Duration, addrs ...netip.Addr) resolve.Answer {
	return resolve.Answer{Question: resolve.Question{Name: name, Type: resolve.A}, Status: resolve.OK, Source: server,
		Addrs: addrs, Canonical: name, TTL: ttl}
}

// absent is an answer with everything that there can be.
func absent(name resolve.Name, ttl time.Duration) resolve.Answer {
	return resolve.Answer{
		Question: resolve.Question{Name: name, Type: resolve.A}, Status: resolve.NXDomain, Source: server,
		Canonical: "b.example.net", Chain: []resolve.Name{"a.example.net", "b.example.net"}, TTL: ttl,
		Zone:      &resolve.Zone{Apex: "example.net", Primary: "ns.example.net", Mailbox: safetext.Of("it's me@example.net")},
		Authentic: true, ClaimedAD: true, Extended: safetext.Of("blocked \x1b[2J"),
	}
}

func record(answers ...resolve.Answer) *Record {
	r := &Record{Addr: addr, Config: home}
	r.Learn(answers, noon, false)
	return r
}

// What is kept comes back as it was, but for the source, and with what is left of its TTL.
func TestRecallsWhatItLearned(t *testing.T) {
	learned := []resolve.Answer{ptr(time.Minute, "x.example.net", `\001.example.net`), absent("x.example.net", 30*time.Second)}
	b, err := encode(record(learned...))
	if err != nil {
		t.Fatal(err)
	}
	r, err := decode(b)
	if err != nil {
		t.Fatal(err)
	}
	got := r.Recall(noon.Add(10 * time.Second))
	if len(got) != 2 {
		t.Fatalf("%d answers", len(got))
	}
	for i, want := range learned {
		want.Source.Kind, want.TTL = resolve.KindCache, want.TTL-10*time.Second
		if !reflect.DeepEqual(*got[i], want) {
			t.Errorf("%+v; want %+v", *got[i], want)
		}
	}
	if got := r.Recall(noon.Add(30 * time.Second)); len(got) != 1 || got[0].Question.Type != resolve.PTR {
		t.Errorf("%v at the end of a TTL", got)
	}
	for _, at := range []time.Time{noon.Add(time.Minute), noon.Add(-1)} {
		if got := r.Recall(at); len(got) > 0 {
			t.Errorf("%v at %v", got, at)
		}
	}
}

func TestHowLong(t *testing.T) {
	nothing := func(ttl time.Duration) resolve.Answer {
		a := ptr(ttl)
		a.Status = resolve.NoData
		return a
	}
	from := func(k resolve.Kind, a resolve.Answer) resolve.Answer {
		a.Source.Kind = k
		return a
	}
	failed := ptr(time.Minute)
	failed.Status = resolve.ServFail
	for name, c := range map[string]struct {
		resolve.Answer
		want time.Duration
	}{
		"TTL":             {ptr(5*time.Minute, "x"), 5 * time.Minute},
		"long TTL":        {ptr(24*time.Hour, "x"), time.Hour},
		"TTL 0":           {ptr(0, "x"), 0},
		"nothing":         {nothing(time.Minute), time.Minute},
		"nothing, long":   {nothing(time.Hour), 15 * time.Minute},
		"nothing, no SOA": {nothing(0), 0},
		"failed":          {failed, 0},
		"hosts file":      {from(resolve.KindHosts, ptr(time.Minute, "x")), 0},
		"getent, mdns":    {from(resolve.KindNSS, ptr(time.Minute, "x")), 0},
		"system's API":    {from(resolve.KindSystem, ptr(time.Minute, "x")), 0},
		"builtin":         {from(resolve.KindBuiltin, nothing(time.Minute)), 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := record(c.Answer)
			if c.want == 0 {
				if len(r.Answers) > 0 {
					t.Errorf("kept %v", r.Answers)
				}
				return
			}
			if len(r.Answers) != 1 || r.Answers[0].Until != noon.Add(c.want) {
				t.Errorf("%v; want %v", r.Answers, c.want)
			}
		})
	}
}

// An answer that was kept does not live longer because it was used.
func TestLearnsKeptAnswersOnce(t *testing.T) {
	r := record(ptr(time.Hour, "x"), forward("x", time.Minute, addr))
	later := noon.Add(30 * time.Second)
	kept := r.Recall(later)
	r.Learn([]resolve.Answer{*kept[0], forward("x", time.Minute, addr)}, later, false)
	if r.Answers[0].Until != noon.Add(time.Hour) || r.Answers[1].Until != later.Add(time.Minute) {
		t.Errorf("%v", r.Answers)
	}
	r.Learn([]resolve.Answer{{Question: resolve.Question{Name: "y", Type: resolve.A}, Source: kept[0].Source,
		Status: resolve.OK, TTL: time.Hour}}, later, false)
	if len(r.Answers) > 0 {
		t.Errorf("it learned from nowhere: %v", r.Answers)
	}
}

// What strict uses are its own answers, for hosts that it has let pass.
func TestStrict(t *testing.T) {
	r := record(ptr(time.Hour, "x", "y"))
	recalled := func(host string) int { return len(r.RecallStrict(noon, host)) }
	if r.SetJudged("Web.example.com."); recalled("web.example.com") != 0 {
		t.Error("others' answers")
	}
	r.Learn([]resolve.Answer{ptr(time.Hour, "x", "y")}, noon, true)
	if recalled("web.example.com") != 1 || recalled("other.example.com") != 0 || recalled("") != 0 {
		t.Error("not its own answers, or a host that it does not know")
	}
	r.Learn([]resolve.Answer{*r.Recall(noon)[0], forward("x", time.Hour, addr)}, noon, false)
	if recalled("web.example.com") != 1 || len(r.Recall(noon)) != 2 {
		t.Error("others' answers beside its own")
	}
	b, err := encode(r)
	if err != nil || bytes.Contains(bytes.ToLower(b), []byte("web")) {
		t.Errorf("%v: %q", err, b)
	}
	if r, err = decode(b); err != nil || recalled("web.example.com") != 1 {
		t.Errorf("forgotten: %v", err)
	}
	for n := range limits.CacheHosts {
		r.SetJudged(fmt.Sprint("h", n))
	}
	if recalled("web.example.com") != 0 || recalled("h0") != 1 || len(r.judged) != limits.CacheHosts {
		t.Error("no bound, or not the oldest")
	}
	if r.fresh(noon.Add(time.Hour)); len(r.judged) > 0 || !r.empty(noon.Add(time.Hour)) {
		t.Error("judged by what is no longer kept")
	}
}

// Hosts whose names an address has share a record: each asks about the others' names.
func TestLearnsOfOtherHosts(t *testing.T) {
	r := record(ptr(time.Hour, "x", "y"), forward("y", time.Hour, addr))
	r.Learn([]resolve.Answer{ptr(time.Hour, "x", "y"), forward("x", time.Hour, addr)}, noon, false)
	if len(r.Answers) != 3 {
		t.Errorf("%v", r.Answers)
	}
	r.Learn([]resolve.Answer{ptr(time.Hour, "x")}, noon, false)
	if len(r.Answers) != 2 {
		t.Errorf("the name is gone: %v", r.Answers)
	}
}

func TestFailuresAreShort(t *testing.T) {
	for at, kept := range map[time.Duration]bool{-1: false, 0: true, time.Minute: true, time.Minute + 1: false} {
		r := &Record{Addr: addr, Failed: Failure{resolve.Timeout, noon}, Silent: noon}
		r.fresh(noon.Add(at))
		if r.Failed.At.IsZero() == kept || r.Silent.IsZero() == kept || r.empty(noon) == kept {
			t.Errorf("after %v: %+v", at, r)
		}
	}
}

func TestTooLarge(t *testing.T) {
	var names []resolve.Name
	for n := range 64 {
		names = append(names, resolve.Name(strings.Repeat("a", 60)+"."+strings.Repeat("b", 60)+"."+strings.Repeat("c", 60)+fmt.Sprint(".x", n)))
	}
	if _, err := encode(record(ptr(time.Minute, names...))); err == nil {
		t.Error("encoded")
	}
}

// A torn or damaged file is no record.
func TestDamaged(t *testing.T) {
	b, err := encode(record(ptr(time.Minute, "x.example.net"), absent("x.example.net", time.Minute)))
	if err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if _, err := decode(b[:n]); err == nil {
			t.Errorf("the first %d bytes", n)
		}
		flipped := bytes.Clone(b)
		flipped[n] ^= 1
		if _, err := decode(flipped); err == nil {
			t.Errorf("byte %d", n)
		}
	}
	if _, err := decode(append(b, 0)); err == nil {
		t.Error("one byte more")
	}
}

// Whatever a file holds, it is a record as encode writes it, with names that are safe to
// print and lives that are not too long, or nothing. The sum is put right, so that what is
// behind it is tried.
func FuzzDecode(f *testing.F) {
	judged := record(ptr(time.Minute, "x.example.net", `\027.example.net`), absent("x.example.net", time.Minute))
	judged.SetJudged("x")
	for _, r := range []*Record{
		{Addr: addr}, judged, record(forward("x", time.Hour, addr, other)),
		{Addr: other, Config: away, Failed: Failure{resolve.Timeout, noon}, Silent: noon},
	} {
		b, err := encode(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:len(b)-sumSize])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		b := append(bytes.Clone(body), sum[:sumSize]...)
		r, err := decode(b)
		if err != nil {
			return
		}
		if again, err := encode(r); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x became %x, %v", b, again, err)
		}
		for _, a := range r.Recall(noon) {
			if a.TTL > limits.CacheTime || a.Source.Kind != resolve.KindCache {
				t.Errorf("%+v", a)
			}
			for _, n := range append(append(a.Names, a.Chain...), a.Question.Name) {
				if s := string(n); s != safetext.Of(s).Raw() || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }) {
					t.Errorf("name %q", s)
				}
			}
		}
	})
}
