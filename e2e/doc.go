// Package e2e runs the program as its users do: under a real ssh, towards a
// real sshd, with names from a real name server, on the addresses of the story
// that the project grew from.
//
// It is tests alone. They live in network, mount and process namespaces of
// their own, with their own /etc, so nothing outside is reached or touched and
// nothing stays behind; that takes root, and Linux.
package e2e
