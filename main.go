// The runtime's fitting itself into a container's share of processors, at start
// and from then on, costs a ProxyCommand more than it gives.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0

// Command rdnsproxy checks, before a byte of SSH flows, whether the name that
// was asked for and the address that is about to be talked to agree in both
// directions, and says why not and what the right fix is.
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
	}, os.Args[1:]))
}
