package resolve

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func servers(list ...string) []Server {
	var out []Server
	for _, s := range list {
		out = append(out, Server{netip.MustParseAddrPort(s)})
	}
	return out
}

var sameConfig = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreUnexported(Config{}),
	cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }),
}

func TestParseResolvConf(t *testing.T) {
	plain := Config{Ndots: 1, Timeout: 5 * time.Second, Attempts: 2}
	with := func(change func(*Config)) Config { c := plain; change(&c); return c }
	for _, tt := range []struct {
		name, text string
		want       Config
	}{
		{"empty", "", plain},
		{"servers, three at most",
			"nameserver 192.0.2.1\nnameserver 2001:db8::53\nnameserver fe80::1%eth0\nnameserver 192.0.2.4\n",
			with(func(c *Config) { c.Servers = servers("192.0.2.1:53", "[2001:db8::53]:53", "[fe80::1%eth0]:53") })},
		{"junk is skipped", "# c\n; c\nnameserver\nnameserver none\nnameserver 1.2.3.4.5\n nameserver " +
			"192.0.2.9\nNAMESERVER 192.0.2.9\nnameserver192.0.2.9\n\x00\xff\nnameserver\t192.0.2.1#c\r\n",
			with(func(c *Config) { c.Servers = servers("192.0.2.1:53") })},
		{"inet_aton", "nameserver 127.1\n", with(func(c *Config) { c.Servers = servers("127.0.0.1:53") })},
		{"search", "search Corp.Example lab.example.\n",
			with(func(c *Config) { c.Search = []Name{"corp.example", "lab.example"} })},
		{"the last of domain and search", "search a b\ndomain c.example d\n",
			with(func(c *Config) { c.Search = []Name{"c.example"} })},
		{"search .", "search .\n", with(func(c *Config) { c.Search = []Name{"."} })},
		{"search with junk", "search a..b " + strings.Repeat("x", 64) + " ok\n",
			with(func(c *Config) { c.Search = []Name{"ok"} })},
		{"options", "options ndots:3 timeout:7 attempts:4 rotate use-vc trust-ad edns0 no-aaaa unknown:9\n",
			with(func(c *Config) {
				c.Ndots, c.Timeout, c.Attempts = 3, 7*time.Second, 4
				c.Rotate, c.UseVC, c.TrustAD, c.NoAAAA = true, true, true, true
			})},
		{"bare options", "options ndots timeout attempts\noptions\tsingle-request no-tld-query\n",
			with(func(c *Config) { c.Single, c.NoTLD = true, true })},
		{"reopen", "options single-request-reopen\n", with(func(c *Config) { c.Reopen = true })},
		{"signs", "options ndots:-1 timeout:-1 attempts:+3\n",
			with(func(c *Config) { c.Ndots, c.Timeout, c.Attempts = 15, time.Second, 3 })},
		{"beyond strtol", "options ndots:99999999999999999999 timeout:99999999999999999999\n",
			with(func(c *Config) { c.Ndots, c.Timeout = 15, time.Second })},
		{"glibc's limits", "options ndots:99 timeout:99999 attempts:99\n",
			with(func(c *Config) { c.Ndots, c.Timeout, c.Attempts = 15, 30*time.Second, 5 })},
		{"the other limits", "options ndots:0 timeout:0\noptions attempts:-1\n",
			with(func(c *Config) { c.Ndots, c.Timeout, c.Attempts = 0, time.Second, 1 })},
	} {
		got, err := ParseResolvConf(strings.NewReader(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if d := cmp.Diff(tt.want, *got, sameConfig); d != "" {
			t.Errorf("%s: -want +got:\n%s", tt.name, d)
		}
	}
}

func TestParseNSSwitch(t *testing.T) {
	success := OnSuccess
	for _, tt := range []struct {
		text string
		want []Service
	}{
		{"", defaultServices},
		{"passwd: files\n# hosts: dns\n", defaultServices},
		{"hosts: files dns\n", []Service{{"files", success, 0}, {"dns", success, 0}}},
		{"hosts:\tfiles mdns4_minimal [NOTFOUND=return] dns\n",
			[]Service{{"files", success, 0}, {"mdns4_minimal", success | OnNotFound, 0}, {"dns", success, 0}}},
		{" hosts : files myhostname resolve [!UNAVAIL=return] dns\n",
			[]Service{{"files", success, 0}, {"myhostname", success, 0},
				{"resolve", success | OnNotFound | OnTryAgain, 0}, {"dns", success, 0}}},
		{"hosts files dns\n", []Service{{"files", success, 0}, {"dns", success, 0}}},
		{"hosts: files # dns\n", []Service{{"files", success, 0}, {"#", success, 0}, {"dns", success, 0}}},
		{"hosts: files [NOTFOUND=continue] [UNAVAIL=return] dns\n", []Service{{"files", success, 0}}},
		{"hosts: [NOTFOUND=return] dns\n", nil},
		{"hosts: files dns\x00 myhostname\n", []Service{{"files", success, 0}, {"dns", success, 0}}},
		{"sudoers: files [\nhosts: dns\n", []Service{{"dns", success, 0}}},
		{"hosts: dns[ !unavail = Return  success=continue ]files",
			[]Service{{"dns", OnNotFound | OnTryAgain, 0}, {"files", success, 0}}},
		{"hosts: dns [TRYAGAIN=return SUCCESS=merge UNAVAIL=return]",
			[]Service{{"dns", OnTryAgain | OnUnavail, OnSuccess}}},
		{"hosts: dns [SUCCESS=merge SUCCESS=continue !NOTFOUND=return]",
			[]Service{{"dns", OnSuccess | OnTryAgain | OnUnavail, 0}}},
		{"hosts: a\nhosts: b\n", []Service{{"b", success, 0}}},
		{"hosts:\n", nil},
	} {
		got, err := ParseNSSwitch(strings.NewReader(tt.text))
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
		} else if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%q: -want +got:\n%s", tt.text, d)
		}
	}
	for _, text := range []string{
		"hosts: files [NOTFOUND=retrun] dns", "hosts: files [NOTFOUND=return", "hosts: files [FOUND=return]",
		"hosts: files [NOTFOUND]", "hosts: files [=return]", "hosts: files [!]", "hosts: files [\x1b]2J=return]",
		"passwd: files [NOTFOUND=retrun]\nhosts: files dns", "hosts: files []", "hosts: files [! NOTFOUND=return]",
		"hosts: files [NOTFOUND=return=continue]", "hosts files [NOTFOUND=return",
	} {
		_, err := ParseNSSwitch(strings.NewReader(text))
		if !errors.Is(err, errNSSwitch) || !strings.HasPrefix(err.Error(), "line 1: ") || strings.Contains(err.Error(),
			"\x1b") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	missing := filepath.Join(dir, "missing")
	cfg, err := load(missing, missing, Environment{})
	if err != nil || len(cfg.Servers) != 0 || cfg.servers()[0].String() != "127.0.0.1" ||
		!cmp.Equal(cfg.Services, defaultServices) {
		t.Errorf("missing files: %+v, %v", cfg, err)
	}
	cfg, err = load(write("resolv.conf", "nameserver 192.0.2.1\nsearch a.example\n"),
		write("nsswitch.conf", "hosts: dns\n"), Environment{})
	if err != nil || len(cfg.Servers) != 1 || len(cfg.Services) != 1 {
		t.Errorf("%+v, %v", cfg, err)
	}
	named := cfg.WithServers(servers("127.0.0.1:5353")...)
	if !named.Explicit || len(named.Services) != 2 || named.Search[0] != "a.example" || cfg.Explicit {
		t.Errorf("with servers: %+v, of %+v", named, cfg)
	}
	long := write("long", strings.Repeat("#", maxConfigSize+1))
	bad := map[string]string{
		dir:  "is a directory",
		long: "longer than 1 MiB",
	}
	if runtime.GOOS != "windows" { // where the one is missing, and so is the other
		bad["/dev/zero"], bad[filepath.Join(long, "x")] = "longer than 1 MiB", "not a directory"
	}
	for path, want := range bad {
		cfg, err := load(missing, path, Environment{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path+": ") ||
			cfg == nil || len(cfg.Services) != 2 {
			t.Errorf("%s: %+v, %v", path, cfg, err)
		}
	}
	// What glibc refuses leaves no sources at all.
	cfg, err = load(missing, write("bad", "hosts: a ["), Environment{})
	if !errors.Is(err, errNSSwitch) || cfg.Services == nil || len(cfg.Services) != 0 {
		t.Errorf("%+v, %v", cfg, err)
	}
	for _, path := range []string{dir, long} {
		if cfg, err := load(path, missing, Environment{}); err == nil || cfg == nil || cfg.Ndots != 1 {
			t.Errorf("%s: %+v, %v", path, cfg, err)
		}
	}
}

func TestParseServer(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.53":             "192.0.2.53:53",
		"192.0.2.53:5353":        "192.0.2.53:5353",
		"2001:db8::53":           "[2001:db8::53]:53",
		"[2001:db8::53]":         "[2001:db8::53]:53",
		"[fe80::53%eth0]:5353":   "[fe80::53%eth0]:5353",
		"":                       "",
		"dns.example":            "",
		"192.0.2.53:":            "",
		"192.0.2.53:0":           "",
		"192.0.2.53:70000":       "",
		"[192.0.2.53]":           "",
		"192.0.2.256":            "",
		"\x1b[2J192.0.2.53":      "",
		strings.Repeat("1", 1e6): "",
	} {
		t.Run(fmt.Sprintf("%.40q", text), func(t *testing.T) {
			got, err := ParseServer(text)
			switch {
			case want == "" && err == nil:
				t.Errorf("it is taken as %s", got)
			case want == "" && (strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 300):
				t.Error(err)
			case want != "" && (err != nil || got.Addr.String() != want):
				t.Errorf("%s, %v, want %s", got, err, want)
			}
		})
	}
}

// TestServerString: a server is printed as people write it.
func TestServerString(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.53:53":        "192.0.2.53",
		"192.0.2.53:5353":      "192.0.2.53:5353",
		"[2001:db8::53]:53":    "2001:db8::53",
		"[2001:db8::53]:5353":  "[2001:db8::53]:5353",
		"[fe80::53%eth0]:53":   "fe80::53%eth0",
		"[fe80::53%eth0]:5353": "[fe80::53%eth0]:5353",
	} {
		t.Run(text, func(t *testing.T) {
			s, err := ParseServer(text)
			if got := s.String(); err != nil || got != want || s.source().String() != "dns:"+want {
				t.Errorf("%s, as a source %s, %v; want %s", got, s.source(), err, want)
			}
		})
	}
}

func FuzzParseResolvConf(f *testing.F) {
	for _, s := range []string{"", "nameserver 127.0.0.1\n", "search . a\noptions ndots:0 timeout:\n",
		"options  attempts:99999999999999999999", "nameserver ::1%\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseResolvConf(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Servers) > 3 || c.Ndots < 0 || c.Ndots > 15 || c.Timeout < time.Second || c.Timeout > 30*time.Second ||
			c.Attempts < 1 || c.Attempts > 5 {
			t.Fatalf("%q: %+v", text, c)
		}
		for _, s := range c.Servers {
			if !s.Addr.IsValid() {
				t.Fatalf("%q: server %v", text, s)
			}
		}
		for _, n := range c.candidates(want{name: "db", types: types(AnyFamily)}) {
			if _, err := packQuery(Question{n, A}, true); err != nil {
				t.Fatalf("%q: candidate %q: %v", text, n, err)
			}
		}
	})
}

func FuzzParseNSSwitch(f *testing.F) {
	for _, s := range []string{"", "hosts: files dns", "hosts: files [NOTFOUND=return] dns", "hosts:a[!b=c]",
		"hosts: x [", "hosts: x [SUCCESS=return=] y", "hosts: files#dns"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		services, err := ParseNSSwitch(strings.NewReader(text))
		if err != nil {
			if services != nil || strings.ContainsAny(err.Error(), "\x1b\n") {
				t.Fatalf("%q: %v, %q", text, services, err)
			}
			return
		}
		for _, s := range services {
			if s.Module == "" || strings.ContainsAny(s.Module, white+"[") { // a "#" may stand in it
				t.Fatalf("%q: module %q", text, s.Module)
			}
		}
	})
}

// trust-ad is only about the servers in the same file.
func TestTrustADIsNotLent(t *testing.T) {
	cfg := &Config{Servers: servers("192.0.2.53:53"), TrustAD: true}
	for _, c := range []struct {
		named   string
		trusted bool
	}{{"192.0.2.53:53", true}, {"127.0.0.1:5353", true}, {"192.0.2.54:53", false}, {"192.0.2.53:5353", false}} {
		if got := cfg.WithServers(servers(c.named)...).TrustAD; got != c.trusted {
			t.Errorf("%s: %t", c.named, got)
		}
	}
	if cfg.WithServers(servers("192.0.2.53:53", "192.0.2.54:53")...).TrustAD {
		t.Error("one of two that is not resolv.conf's")
	}
}
