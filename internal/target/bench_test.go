package target

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"rdnsproxy/internal/console"
)

// BenchmarkTarget reads the targets of a long list, whose hosts are configured alike.
func BenchmarkTarget(b *testing.B) {
	for _, config := range []string{"", "Host bastion *.lab.example.com\n\tUser me\n\tPort 2222\nHost *\n\tServerAliveInterval 60\n"} {
		file := filepath.Join(b.TempDir(), "config")
		if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(len(config)), func(b *testing.B) {
			r := NewReader(console.World{Env: os.Environ()}, nil, Options{SSHConfig: file}, Connect{})
			r.DNSOnly = true
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := r.Target(b.Context(), fmt.Sprintf("h%d.example.com", i)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
