//go:build bench && !linux

package main

import (
	"context"
	"errors"
	"os/exec"
)

// What stands in tree_linux.go has to account for processes whose parents do
// not wait for them; only Linux offers that to everybody.
var errLinux = errors.New("these measurements are made on Linux")

func becomeReaper() bool { return false }

func runTree(context.Context, []string, ...string) (cost, error) { return cost{}, errLinux }

func inOwnGroup(*exec.Cmd) {}

func childrenOf(int) ([]int, error) { return nil, errLinux }
