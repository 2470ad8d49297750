//go:build unix

package exporter

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFIFO: no file that is a FIFO makes the exporter wait for a writer.
func TestFIFO(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "modules.yml")
	for text, path := range map[string]string{
		"":                                    fifo,
		"modules:\n  a: {hosts_file: fifo}\n": file,
		"modules:\n  a: {dns_only: false, allow: ['*.example'], known_hosts: fifo}\n": file,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		read := make(chan error, 1)
		go func() {
			_, err := ReadConfig(path)
			read <- err
		}()
		select {
		case err := <-read:
			if err == nil || !strings.HasSuffix(err.Error(), fifo+": is not a regular file") {
				t.Errorf("%q: %v", text, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%q: it waits for a writer", text)
		}
	}
}
