// Package shard divides a list of targets among machines and puts their results together
// again: which share has which target, what the file of a share says of itself, how a run
// that was killed goes on, and how the files become one stream of results. It looks
// nothing up and judges nothing.
package shard

import (
	"fmt"
	"strconv"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// Shard is the I-th of N shares of a list, counted from 1. The zero Shard is the whole.
type Shard struct{ I, N int }

// Whole reports whether it is all of the list.
func (s Shard) Whole() bool { return s.N <= 1 }

func (s Shard) String() string {
	if s.N == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.I, s.N)
}

// Keeps reports whether a target belongs to the share. It depends on the target alone, so
// a list may be in another order, or have grown. All spellings of a host have to be given
// in one: its canonical form.
//
// The hash is FNV-1a of 64 bits, folded, because its lowest bit is only the parity of
// those of the bytes.
func (s Shard) Keeps(canonical string) bool {
	if s.Whole() {
		return true
	}
	sum := uint64(14695981039346656037)
	for i := range len(canonical) {
		sum = (sum ^ uint64(canonical[i])) * 1099511628211
	}
	return (sum^sum>>32)&0xffffffff%uint64(s.N) == uint64(s.I-1)
}

// mostShards bounds N: a report is merged from as many open files.
const mostShards = 100_000

// hint is the hint where a shard cannot be understood.
const hint = "--shard takes I/N, such as 2/5 for the second of five shares, or auto"

// Parse parses I/N, auto, or auto/N. auto is what the environment of a task says; env
// looks a variable up. The error is a Refusal.
func Parse(text string, env func(name string) (string, bool)) (Shard, error) {
	first, rest, both := strings.Cut(text, "/")
	n, err := 0, error(nil)
	if both {
		if n, err = strconv.Atoi(rest); err != nil || n < 1 || n > mostShards {
			return Shard{}, console.Refuse(exit.Usage, hint, "--shard %s: %s is not a number of shares",
				console.Quoted(text), console.Quoted(rest))
		}
	}
	if first == "auto" {
		return auto(env, n)
	}
	i, err := strconv.Atoi(first)
	switch {
	case !both || err != nil:
		return Shard{}, console.Refuse(exit.Usage, hint, "--shard %s is not a share", console.Quoted(text))
	case i < 1 || i > n:
		return Shard{}, console.Refuse(exit.Usage, "shares are counted from 1: 1/4 to 4/4 are four",
			"--shard %s: there is no share %d of %d", console.Quoted(text), i, n)
	}
	return Shard{i, n}, nil
}
