// Command rdnsproxy checks, before a byte of SSH flows, whether the name that
// was asked for and the address that is about to be talked to agree in both
// directions, and says why not and what the right fix is.
package main

// A ProxyCommand lives for one login: what the runtime reads at start to fit
// itself into a container's share, and watches from then on, costs more than it
// gives.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0

import (
	"context"
	"os"

	"rdnsproxy/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), cli.World{
		Args: os.Args[1:],
		Env:  os.Environ(),
		In:   os.Stdin,
		Out:  os.Stdout,
		Err:  os.Stderr,
	}))
}
