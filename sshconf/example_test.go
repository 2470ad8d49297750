package sshconf_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"rdnsproxy/sshconf"
)

// What ssh would use for a host, and where each setting comes from. The files hold
// nothing that only ssh can evaluate, so no ssh is run.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "config")
	text := `Host web
  HostName web1.example.com
  Port 2222
Host *
  User deploy
  ConnectTimeout 1m
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}

	q := sshconf.Query{
		Host:       "web",
		UserFile:   file,
		SystemFile: os.DevNull,
		Keywords:   []string{"hostname", "port", "user", "connecttimeout", "tcpkeepalive"},
	}
	host, err := q.Lookup(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, v := range host.Values() {
		fmt.Printf("%-26s %s\n", v, filepath.Base(v.Origin))
	}
	timeout, _ := host.ConnectTimeout()
	fmt.Println(host.HostName, host.Port, timeout)
	// Output:
	// user deploy                config:5
	// hostname web1.example.com  config:2
	// port 2222                  config:3
	// tcpkeepalive yes           default
	// connecttimeout 60          config:6
	// web1.example.com 2222 1m0s
}

// What only ssh can evaluate is reported as such; all other values are returned. With
// Evaluating, ssh is not run.
func ExampleUnevaluatedError() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "config")
	text := "Match exec \"on-vpn\"\n  BindAddress 192.0.2.1\nHost *\n  Port 2222\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}

	q := sshconf.Query{Host: "web", File: file, Evaluating: true, Keywords: []string{"bindaddress", "port"}}
	host, err := q.Lookup(context.Background())
	var open *sshconf.UnevaluatedError
	if errors.As(err, &open) {
		for _, d := range open.Doubts {
			fmt.Println(filepath.Base(d.Origin), d.Construct, d.Keywords)
		}
	}
	fmt.Println(host.Port)
	// Output:
	// config:1 Match exec "on-vpn" [bindaddress]
	// 2222
}

// The target of a command line of ssh.
func ExampleParseCommand() {
	c, err := sshconf.ParseCommand("ssh", []string{"-4", "-p", "2222", "deploy@web", "uptime"})
	if err != nil {
		log.Fatal(err)
	}
	t := c.Targets[0]
	fmt.Printf("%s %s %q %q\n", t.User, t.Host, t.Args, t.Remote)
	// Output: deploy web ["-4" "-p" "2222" "-l" "deploy"] ["uptime"]
}
