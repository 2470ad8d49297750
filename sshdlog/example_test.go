package sshdlog_test

import (
	"fmt"

	"rdnsproxy/sshdlog"
)

// A client asks for a user who is called like the end of a log line.
func ExampleParseEvent() {
	p := sshdlog.Parser{Clock: sshdlog.Clock{Year: 2026}}
	for _, line := range []string{
		"Nov 25 20:01:09 fs1 sshd[2114]: reverse mapping checking getaddrinfo for a.example [203.0.113.45] failed.",
		"Nov 25 20:01:10 fs1 sshd[2114]: Invalid user x from 1.2.3.4 port 22 from 203.0.113.45 port 50282",
	} {
		var f sshdlog.Frame
		var e sshdlog.Event
		if p.Parse([]byte(line), &f) != sshdlog.OK || !sshdlog.ParseEvent(&f, &e) {
			continue
		}
		fmt.Printf("%s: %s, sure: %t\n", e.Kind, e.Addr, e.Sure)
		for a := range e.Claims() {
			fmt.Println("  the client names", a)
			break
		}
	}
	// Output:
	// map.failed: 203.0.113.45, sure: true
	// invalid: 203.0.113.45, sure: true
	//   the client names 1.2.3.4
}
