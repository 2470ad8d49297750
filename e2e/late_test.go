//go:build linux

package e2e

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"golang.org/x/sys/unix"

	dnslab "rdnsproxy/internal/lab"
)

// lateLogin is a session whose relay is traced, and has given up its rights before the
// reverse lookup has an answer.
type lateLogin struct {
	*held
	said  string // on stderr before the rights were given up
	trace string // strace's file
}

// loginBeforeAnswer starts it; flags are the relay's.
func (v *visit) loginBeforeAnswer(flags string) *lateLogin {
	v.t.Helper()
	s := &lateLogin{trace: home + "/trace"}
	v.sshConfig("Host *\n\tProxyCommand strace -f -o " + s.trace + " " + program + " -4 --check-wait 50ms " + flags + " %h %p\n")
	s.held = v.hold("web.example.com", echoing)
	v.eventually("the relay has given up its rights", func() bool { return confined(helpers()) })
	s.said = s.errs.String()
	if !strings.HasSuffix(s.said, "; connecting without its result\n") {
		v.t.Errorf("the relay has not been confined before the answer: %q", s.said)
	}
	return s
}

// over ends the session, which has worked, and returns what the relay called after its rights
// were gone. What it was refused fails the test.
func (s *lateLogin) over() (calls []string) {
	t := s.v.t
	t.Helper()
	if o := s.release("hello\n"); o != (outcome{"hello\n", s.said, 0}) {
		t.Errorf("%+v; before: %q", o, s.said)
	}
	text, err := os.ReadFile(s.trace)
	s.v.must(err)
	_, after, confined := strings.Cut(string(text), "SECCOMP_SET_MODE_FILTER")
	if !confined {
		t.Fatal("the trace has no filter")
	}
	calls = strings.Split(after, "\n")
	for _, name := range matching(calls, `^\d+ +(?:<\.\.\. )?(\w+).* = -1 (?:EPERM|EACCES) `) {
		switch name {
		case "epoll_ctl": // a file on a disk cannot be polled
		case "rt_sigreturn": // it shows what the call before it has returned
		default:
			t.Errorf("%s was refused", name)
		}
	}
	return calls
}

// matching are the calls that match an expression: its first group of each, sorted and once.
func matching(calls []string, expression string) (found []string) {
	e := regexp.MustCompile(expression)
	for _, c := range calls {
		if m := e.FindStringSubmatch(c); m != nil {
			found = append(found, m[1])
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// isPTR reports whether a question is about a reverse name.
func isPTR(x *dnslab.DNSExchange) bool { return x.Query.Question[0].Qtype == dns.TypePTR }

// An answer that does not fit a datagram is fetched over TCP by a relay that has given up its
// rights. What it opens for that is a socket to the DNS server and its own files. It is
// refused nothing, no line appears in the session, and the answer is kept. If TCP does not
// answer, the check ends there.
func TestLateAnswerOverTCP(t *testing.T) {
	for name, c := range map[string]struct {
		fault  dnslab.DNSFault
		log    string // the late line, if there is one
		kept   string // in the cache
		unkept string
	}{
		"answers":  {dnslab.Truncate, "198.51.100.10 confirmed web.example.com", "name.example.com", "no answer"},
		"hangs up": {func(x *dnslab.DNSExchange) { dnslab.Truncate(x); dnslab.HangUp(x) }, "undetermined web.example.com", "198.51.100.10", "name.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			server := v.cached()
			answer := make(chan struct{})
			server.Fault("", func(x *dnslab.DNSExchange) {
				if isPTR(x) {
					<-answer
					c.fault(x)
				}
			})
			s := v.loginBeforeAnswer("--log-file " + home + "/log")
			close(answer)
			var late string
			v.eventually("the answer is logged", func() bool {
				_, late, _ = strings.Cut(v.content(home+"/log"), "\n")
				return late != ""
			})
			pid := helpers()[0]
			v.eventually("nothing is asked any more", func() bool { return !v.asksDNS(pid) })
			v.eventually("the outcome is kept", func() bool { return len(v.keptFiles()) == 1 })
			calls := s.over()
			if !strings.Contains(late, c.log) {
				t.Errorf("the late line is %q, want %q", late, c.log)
			}
			if server.Streams() == 0 {
				t.Error("nothing was asked over TCP")
			}
			if o := v.run("rdnsproxy", "cache", "show"); !strings.Contains(o.out, c.kept) || strings.Contains(o.out, c.unkept) {
				t.Errorf("kept: %+v", o)
			}
			opensForLookups(t, calls)
		})
	}
}

// opensForLookups checks what the calls have opened and connected to.
func opensForLookups(t *testing.T, calls []string) {
	t.Helper()
	for what, c := range map[string]struct {
		calls string
		want  []string
	}{
		"families":  {` socket\(([^,]*),`, []string{"AF_INET", "AF_NETLINK"}},
		"addresses": {` connect\(.*sin_port=(htons\(\d+\), sin_addr=inet_addr\("[^"]*"\))`, []string{`htons(53), sin_addr=inet_addr("127.0.0.99")`}},
		"programs":  {` (execve|execveat|fork|vfork)\(`, nil},
	} {
		for _, got := range matching(calls, c.calls) {
			if !slices.Contains(c.want, got) {
				t.Errorf("%s: %q, want %q", what, got, c.want)
			}
		}
	}
	for _, path := range matching(calls, ` openat\(AT_FDCWD[^,]*, "([^"]*)"`) {
		switch {
		case slices.Contains([]string{"/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/hosts", "/etc/ld.so.cache", "/etc/mdns.allow"}, path):
		case strings.HasPrefix(path, cacheDir):
		default:
			t.Errorf("opened %s", path)
		}
	}
}

// slowModule is an NSS module (nss(5)) that never answers about an address.
const slowModule = `
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <stdint.h>
#include <unistd.h>
enum nss_status _nss_slow_gethostbyname4_r(const char *name, void **out, char *buf, size_t size, int *err, int *herr, int32_t *ttl)
{ *herr = HOST_NOT_FOUND; return NSS_STATUS_NOTFOUND; }
enum nss_status _nss_slow_gethostbyname2_r(const char *name, int af, struct hostent *out, char *buf, size_t size, int *err, int *herr)
{ *herr = HOST_NOT_FOUND; return NSS_STATUS_NOTFOUND; }
enum nss_status _nss_slow_gethostbyaddr2_r(const void *addr, socklen_t len, int af, struct hostent *out, char *buf, size_t size, int *err, int *herr, int32_t *ttl)
{ for (;;) pause(); }
enum nss_status _nss_slow_gethostbyaddr_r(const void *addr, socklen_t len, int af, struct hostent *out, char *buf, size_t size, int *err, int *herr)
{ for (;;) pause(); }
`

// addModule compiles an NSS module and lets the dynamic linker find it.
func (v *visit) addModule(name, text string) {
	v.t.Helper()
	dir := lab + "/nss"
	v.must(os.MkdirAll(dir, 0o755))
	v.write(dir+"/module.c", text)
	v.must(do("gcc", "-shared", "-fPIC", "-w", "-o", dir+"/libnss_"+name+".so.2", dir+"/module.c"))
	was, err := os.ReadFile("/etc/ld.so.cache")
	v.must(err)
	v.write("/etc/ld.so.conf.d/lab.conf", dir+"\n")
	v.must(os.MkdirAll("/var/cache/ldconfig", 0o700))
	v.must(unix.Mount("tmpfs", "/var/cache/ldconfig", "tmpfs", 0, "")) // ldconfig keeps what it has read there
	v.must(do("ldconfig", "-X"))
	v.must(unix.Unmount("/var/cache/ldconfig", unix.MNT_DETACH))
	v.t.Cleanup(func() {
		os.Remove("/etc/ld.so.conf.d/lab.conf")
		v.must(os.WriteFile("/etc/ld.so.cache", was, 0o644))
	})
}

// A getent that has not answered when relaying begins is ended before the right to run one is
// gone, and the session works. The next source is not asked: what it says is not what libc
// would say.
func TestSlowModuleEnds(t *testing.T) {
	v := newVisit(t)
	server := v.cached()
	v.addModule("slow", slowModule)
	v.hostsLine("files slow dns")
	s := v.loginBeforeAnswer("--log-file " + home + "/log")
	v.eventually("getent has ended", func() bool { return len(running("getent")) == 0 })
	calls := s.over()
	opensForLookups(t, calls)
	before, _, _ := strings.Cut(v.content(s.trace), "SECCOMP_SET_MODE_FILTER")
	asked := regexp.MustCompile(`execve\("[^"]*getent", \["getent", "-s", "slow", "hosts", "198\.51\.100\.10"\]`)
	if !asked.MatchString(before) || !strings.Contains(before, "+++ killed by SIGKILL +++") {
		t.Errorf("getent was not run, or not ended before the rights were given up")
	}
	if server.Asked(cacheOf, dns.TypePTR) != 0 {
		t.Error("the next source was asked")
	}
	if o := v.run("rdnsproxy", "cache", "show"); strings.Contains(o.out, "name.example.com") {
		t.Errorf("kept: %+v", o)
	}
}
