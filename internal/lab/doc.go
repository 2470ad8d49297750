// Package lab has DNS and SSH servers and proxies that speak the real protocols on loopback,
// correctly or with chosen faults, for tests and for the demo.
//
// Nothing here is fit to face a network: the SSH server lets anyone in. The package
// runs no processes and touches no files.
package lab
