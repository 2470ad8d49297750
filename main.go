// At start and from then on, Go's runtime adapts to a container's share of
// processors. That costs a ProxyCommand more than it gives.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0

// Command rdnsproxy is an ssh ProxyCommand. Before any SSH traffic flows it checks
// that forward and reverse DNS of the host agree, and says why not and what to fix.
package main

import (
	"context"
	"os"

	"rdnsproxy/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), cli.World{
		Env: os.Environ(),
		In:  os.Stdin,
		Out: os.Stdout,
		Err: os.Stderr,
		Own: true,
	}, os.Args[1:]))
}
