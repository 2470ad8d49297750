//go:build bench && !linux

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
)

// runTree in tree_linux.go accounts for processes whose parents do not wait for them,
// which only Linux offers without privileges.
var errLinux = errors.New("these measurements are made on Linux")

func becomeReaper() bool { return false }

func runTree(context.Context, []string, ...string) (cost, error) { return cost{}, errLinux }

func inOwnGroup(*exec.Cmd) {}

func childrenOf(int) ([]int, error) { return nil, errLinux }

// peakOf returns 0: what systems report differs.
func peakOf(*os.ProcessState) int64 { return 0 }
