//go:build !linux

package main

import "os/exec"

func inNamespaces(*exec.Cmd) {}
