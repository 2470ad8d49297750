package sshconf

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ordinaryFile is a configuration of n hosts, as people have them.
func ordinaryFile(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Host web%d *.zone%d.example.com\n\tHostName web%d.example.com\n\tUser deploy\n\tPort "+
			"%d\n\tIdentityFile ~/.ssh/id_%d\n\n", i, i, i, 2200+i%1000, i)
	}
	b.WriteString("Host *\n\tServerAliveInterval 60\n\tProxyCommand rdnsproxy %h %p\n")
	return b.String()
}

// relays is what the relay asks for.
var relays = []string{"addressfamily", "bindaddress", "bindinterface", "connecttimeout", "connectionattempts",
	"tcpkeepalive", "ipqos", "loglevel"}

// BenchmarkRelay is the relay's own case: none of what it asks for is set anywhere.
func BenchmarkRelay(b *testing.B) {
	for _, n := range []int{10, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			q := write(b, ordinaryFile(n))
			q.Keywords = relays
			for b.Loop() {
				if h, err := q.Lookup(b.Context()); err != nil || h.By != ByDefault {
					b.Fatal(h, err)
				}
			}
		})
	}
}

// BenchmarkRelayHome reads the user's file, the system's and what that includes.
func BenchmarkRelayHome(b *testing.B) {
	q := write(b, "")
	if err := os.Mkdir(filepath.Join(q.Home, ".ssh"), 0o700); err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(q.Home, ".ssh", "config")
	if err := os.WriteFile(file, []byte(ordinaryFile(10)), 0o600); err != nil {
		b.Fatal(err)
	}
	q.File, q.Keywords = "", relays
	for b.Loop() {
		q.Lookup(b.Context())
	}
}

func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{10, 2000} {
		for _, by := range []string{ByFile, BySSH} {
			b.Run(fmt.Sprintf("%d/%s", n, strings.ReplaceAll(by, " ", "")), func(b *testing.B) {
				text := ordinaryFile(n)
				if by == BySSH {
					text = odd + text
				}
				q := write(b, text)
				q.Host = fmt.Sprintf("web%d", n/2)
				for b.Loop() {
					if h, err := q.Lookup(b.Context()); err != nil || h.By != by {
						b.Fatal(h, err)
					}
				}
			})
		}
	}
}

// BenchmarkReadFile is the floor: opening the file and taking its text.
func BenchmarkReadFile(b *testing.B) {
	q := write(b, ordinaryFile(10))
	for b.Loop() {
		if _, err := os.ReadFile(q.File); err != nil {
			b.Fatal(err)
		}
	}
}
