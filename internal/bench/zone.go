//go:build bench

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/miekg/dns"
)

// shares are those of the verdicts among a hundred hosts of the bulk checks, as an inventory
// may have them: most are right.
var shares = []struct {
	verdict string
	of      int
}{
	{"exact", 60}, {"confirmed", 25}, {"missing", 5}, {"unresolvable", 4}, {"mismatch", 2},
	{"malformed", 1}, {"numeric", 1}, {"undetermined", 1}, {"no-address", 1},
}

// verdictOf is the verdict on a host.
func verdictOf(i int) string {
	at := i * 37 % 100 // mixed, not in blocks
	for _, s := range shares {
		if at -= s.of; at < 0 {
			return s.verdict
		}
	}
	panic("the shares are less than a hundred")
}

// ptrOf returns the target of a host's PTR record, and that name's address; "" for none.
func ptrOf(i int) (name, address string) {
	switch verdictOf(i) {
	case "exact":
		return hostName(i), "" // which has its address already
	case "confirmed":
		return fmt.Sprintf("p%d.bulk.test", i), hostAddr(i).String()
	case "unresolvable":
		return fmt.Sprintf("g%d.bulk.test", i), ""
	case "mismatch":
		return fmt.Sprintf("e%d.bulk.test", i), "11.255.255.254"
	case "malformed":
		return fmt.Sprintf(`x\032y%d.bulk.test`, i), ""
	case "numeric":
		return fmt.Sprintf("10.%d", i%256), ""
	}
	return "", ""
}

// confirms reports whether a verdict takes a question about the PTR record's name.
func confirms(i int) bool {
	v := verdictOf(i)
	return v == "confirmed" || v == "unresolvable" || v == "mismatch"
}

func hostName(i int) string { return fmt.Sprintf("h%d.bulk.test", i) }

// hostAddr is the address of a host: 11.0.0.0 and on, or in 12.0.0.0 if nobody here has its
// reverse zone, so that the server refuses. None of them ever leaves loopback.
func hostAddr(i int) net.IP {
	first := byte(11)
	if verdictOf(i) == "undetermined" {
		first = 12
	}
	return net.IPv4(first, byte(i>>16), byte(i>>8), byte(i))
}

// expected counts the verdicts of n hosts.
func expected(n int) map[string]int {
	of := map[string]int{}
	for i := range n {
		of[verdictOf(i)]++
	}
	return of
}

// questionsOf returns the questions that a verdict on a host takes, in dnsperf's format.
func questionsOf(i int) []string {
	all := []string{hostName(i) + " A", hostName(i) + " AAAA"}
	if verdictOf(i) == "no-address" {
		return all
	}
	reverse, _ := dns.ReverseAddr(hostAddr(i).String())
	all = append(all, strings.TrimSuffix(reverse, ".")+" PTR")
	if name, _ := ptrOf(i); confirms(i) {
		all = append(all, name+" A")
	}
	return all
}

// writeLines writes a file of the lines of n hosts, and returns how many they are.
func (s *stage) writeLines(name string, n int, of func(i int) []string) (lines int, err error) {
	f, err := os.Create(s.path(name))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	b := bufio.NewWriter(f)
	for i := range n {
		for _, line := range of(i) {
			lines++
			b.WriteString(line + "\n")
		}
	}
	return lines, b.Flush()
}

// writeZones writes the zones of n hosts, and returns their names. The last hosts of all,
// below w.bulk.test, are as many as anybody likes.
func (s *stage) writeZones(n int) ([]string, error) {
	const head = "$ORIGIN %s.\n$TTL 3600\n@ SOA ns.bulk.test. hostmaster.bulk.test. 1 3600 600 86400 30\n@ NS ns.bulk.test.\n"
	forward := fmt.Sprintf(head, "bulk.test") + "ns A 127.0.0.1\n*.w A 11.255.0.1"
	reverse := fmt.Sprintf(head, "11.in-addr.arpa") + "1.0.255 PTR p.w.bulk.test."
	for zone, of := range map[string]func(i int) []string{
		"bulk.test": func(i int) (lines []string) {
			if i == 0 {
				lines = append(lines, forward)
			}
			if verdictOf(i) != "no-address" {
				lines = append(lines, hostName(i)+". A "+hostAddr(i).String())
			}
			if name, address := ptrOf(i); address != "" {
				lines = append(lines, name+". A "+address)
			}
			return lines
		},
		"11.in-addr.arpa": func(i int) (lines []string) {
			if i == 0 {
				lines = append(lines, reverse)
			}
			if name, _ := ptrOf(i); name != "" {
				a := hostAddr(i).To4()
				lines = append(lines, fmt.Sprintf("%d.%d.%d PTR %s.", a[3], a[2], a[1], name))
			}
			return lines
		},
	} {
		if _, err := s.writeLines(zone, n, of); err != nil {
			return nil, err
		}
	}
	return []string{"bulk.test", "11.in-addr.arpa"}, nil
}
