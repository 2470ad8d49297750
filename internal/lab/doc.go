// Package lab holds DNS and SSH servers that speak the real protocols on
// loopback, and servers that speak them badly: for tests and for the demo.
//
// Nothing here is fit to face a network: the SSH server lets anyone in. It runs
// no process and touches no file.
package lab
