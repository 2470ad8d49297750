package sshconf_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"rdnsproxy/sshconf"
)

func Example() {
	dir, err := os.MkdirTemp("", "sshconf-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, []byte("Host web\n\tHostName web1.example.com\n\tPort 2222\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	q := sshconf.Query{Host: "web", Home: dir, EnvHome: dir, File: file, Keywords: []string{"hostname", "port", "connecttimeout"}}
	h, err := q.Lookup(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(h.HostName, h.Port, h.Get("connecttimeout"), h.By)

	// Output: web1.example.com 2222 none file
}
