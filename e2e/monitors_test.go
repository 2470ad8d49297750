//go:build linux && monitors

package e2e

import (
	"fmt"
	"os"
	"strings"

	"github.com/miekg/dns"

	dnslab "rdnsproxy/internal/lab"
)

// These programs are not needed otherwise: make test-monitors installs them and runs these
// tests.
func init() {
	programsNeeded = append(programsNeeded, "nagios4", checkNRPE, "nrpe", "icinga2", "cron", "sendmail", "prometheus-node-exporter")
}

const checkNRPE = "/usr/lib/nagios/plugins/check_nrpe"

// service is what a monitor shows about a service. Its state is a plugin's exit status: 0 is OK.
type service struct {
	state            int
	output, perfdata string
}

// faultStep is something that happens to my.example.com, and what a monitor is to show then.
type faultStep struct {
	what   string
	happen func()
	state  int
	output string // a part of it
}

// monitored starts a DNS server, in which names and addresses of two hosts agree, as the
// system's resolver, and writes the list of hosts that the examples name. It returns what is to
// happen to one of the two.
func (v *visit) monitored() []faultStep {
	v.t.Helper()
	s := v.dns(dnslab.Zone("example.com", "my A 198.51.100.10", "web A 198.51.100.11"),
		dnslab.Zone("example.net", "cloud-10 A 198.51.100.10"),
		dnslab.Zone("100.51.198.in-addr.arpa", "10 PTR cloud-10.example.net.", "11 PTR web.example.com."))
	v.must(os.MkdirAll("/etc/rdnsproxy", 0o755))
	v.write("/etc/rdnsproxy/hosts", "my.example.com\nweb.example.com\n")
	v.t.Cleanup(func() { os.RemoveAll("/etc/rdnsproxy") })
	nxdomain := dnslab.Rcode(dns.RcodeNameError)
	mend := func() {
		s.Fault("cloud-10.example.net")
		s.Fault("my.example.com")
		s.Fault("10.100.51.198.in-addr.arpa")
	}
	return []faultStep{
		{"all is well", mend, 0, "RDNSPROXY OK - "},
		{"the reverse name is gone", func() { s.Fault("cloud-10.example.net", nxdomain) }, 1, "reverse name cloud-10.example.net does not exist (NXDOMAIN)"},
		{"the reverse zone fails", func() { mend(); s.Fault("10.100.51.198.in-addr.arpa", dnslab.ServFail) }, 3, "could not be looked up (SERVFAIL)"},
		{"the host is gone", func() { mend(); s.Fault("my.example.com", nxdomain) }, 2, "my.example.com does not exist (NXDOMAIN)"},
		{"all is mended", mend, 0, "RDNSPROXY OK - "},
	}
}

// watches goes through what happens, and waits until a monitor shows each for all of these
// services.
func (v *visit) watches(steps []faultStep, all func() map[string]service, services ...string) {
	v.t.Helper()
	for _, step := range steps {
		step.happen()
		for _, name := range services {
			var s service
			v.within(patience, func() string { return fmt.Sprintf("%s: %s is %+v", step.what, name, s) }, func() bool {
				var known bool
				s, known = all()[name]
				return known && s.state == step.state && strings.Contains(s.output, step.output)
			})
			for _, label := range []string{"targets=", "ok=", "warning=", "error=", "resolve="} {
				if !strings.Contains(s.perfdata, label) {
					v.t.Errorf("%s: %s has the performance data %q", step.what, name, s.perfdata)
				}
			}
		}
	}
}

// own creates a directory that belongs to the user.
func (v *visit) own(dir string) string {
	v.t.Helper()
	v.must(os.MkdirAll(dir, 0o755))
	v.must(os.Chown(dir, chris, chris))
	return dir
}
