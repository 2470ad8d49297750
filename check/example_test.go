package check_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// A hosts file that names an address otherwise than the user does.
func hosts() *resolve.Resolver {
	file, _ := hostsfile.Parse(strings.NewReader("192.0.2.7  web1.example.com  www.example.com\n"))
	file.Path = "/etc/hosts"
	return &resolve.Resolver{Config: new(resolve.Config), Hosts: file}
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

// Whoever connects dials the addresses as they arrive and asks for the verdict on
// the one that has connected.
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
