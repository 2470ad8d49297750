package check_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"
)

// A hosts file that has another name for the address than the user.
func hosts() *resolve.Resolver {
	file, _ := hostsfile.Parse(strings.NewReader("192.0.2.7  web1.example.com  www.example.com\n"))
	file.Path = "/etc/hosts"
	return &resolve.Resolver{Config: new(resolve.Config), Hosts: file}
}

// The PTR record of the address names a host that does not exist. DNS is a server on
// loopback here; without a Resolver, a Checker asks as the system does.
func Example() {
	dns, err := lab.StartDNS(
		lab.Zone("example.com", "my A 192.168.1.243"),
		lab.Zone("168.192.in-addr.arpa", "243.1 PTR 192-168-1-243.foo.bar.net."),
		lab.Zone("bar.net"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer dns.Close()
	checker := check.Checker{
		Resolver: &resolve.Resolver{Config: new(resolve.Config).WithServers(resolve.Server{Addr: dns.Addr()}),
			Hosts: new(hostsfile.File)},
		Policy:  check.Policy{HostsPath: "/etc/hosts"},
		Timeout: 5 * time.Second,
	}
	defer checker.Resolver.Close()
	r := checker.Check(context.Background(), check.Ask{Target: check.Target{Host: "my.example.com", Port: 22}})

	fmt.Println(r.Host, r.Verdict, r.Severity)
	for _, f := range r.Findings {
		fmt.Println(f.Code, f.Address)
		for _, a := range f.Advice {
			if a.File != "" {
				fmt.Println(a.File+":", a.Line)
			}
		}
	}
	fmt.Println("sshd:", r.Addresses[0].SSHD)

	// Output:
	// my.example.com unresolvable warning
	// mapping.unresolvable 192.168.1.243
	// /etc/hosts: 192.168.1.243  my.example.com
	// sshd: reverse mapping checking getaddrinfo for 192-168-1-243.foo.bar.net [192.168.1.243] failed.
}

func ExampleChecker_Check() {
	checker := check.Checker{Resolver: hosts()}
	r := checker.Check(context.Background(), check.Ask{Target: check.Target{Host: "www.example.com", Port: 22}})
	fmt.Println(r.Verdict, r.Severity)
	for _, f := range r.Findings {
		fmt.Println(f.Code)
	}

	// Output:
	// confirmed ok
	// mapping.confirmed
}

// The results come in the order of the targets, which are taken as they are needed: there
// may be more of them than fit into memory.
func ExampleStream() {
	checker := &check.Checker{Resolver: hosts()}
	targets := func(yield func(name string, a check.Ask) bool) {
		for _, name := range []string{"web1.example.com", "www.example.com"} {
			if !yield(name, check.Ask{Target: check.Target{Host: name, Port: 22}}) {
				return
			}
		}
	}
	describe := func(ctx context.Context, name string, a check.Ask) string {
		return name + " " + string(checker.Check(ctx, a).Verdict)
	}
	for text := range check.Stream(context.Background(), checker, targets, check.StreamOptions{Jobs: 8}, describe) {
		fmt.Println(text)
	}

	// Output:
	// web1.example.com exact
	// www.example.com confirmed
}

// A program that connects dials the addresses as they arrive, then asks for the verdict on
// the one that it connected to.
func ExampleInquiry() {
	checker := check.Checker{Resolver: hosts(), Policy: check.Policy{RequireName: true}}
	q := checker.Begin(context.Background(), check.Ask{Target: check.Target{Host: "www.example.com", Port: 22}})
	var connected netip.Addr
	for a := range q.Addresses() {
		fmt.Println(a)
		connected = a.Addr()
		break
	}
	r, complete := q.Wait(context.Background(), check.ReverseOf(connected))
	of := r.Of(connected)
	fmt.Println(of.Verdict, of.Severity, complete)

	// Output:
	// 192.0.2.7:22
	// confirmed warning true
}
