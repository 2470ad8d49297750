//go:build bench

// Command bench measures the program from outside, beside the programs that
// would do its work without it, and prints a table of ratios.
//
// Nothing in the table is a test: a machine that is busy with other things
// spoils figures, and a figure that misses its mark is a line to look into, not
// a failure. All traffic stays on loopback, all files in a temporary directory.
//
// It is built only with the tag bench, so that ./... is the program and its tests.
//
//	go run -tags bench ./internal/bench [-quick] [-rows REGEXP] [-markdown]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
)

func main() {
	if becomeReaper() {
		return
	}
	// nsd and sshd stand where an ordinary user's PATH may not lead.
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/local/sbin:/usr/sbin:/sbin")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	defer stop()
	if err := run(ctx); err != nil {
		if ctx.Err() != nil {
			err = errors.New("interrupted")
		}
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// plan is how much is measured.
type plan struct {
	given     string // the program to measure, instead of one that is built from the sources
	starts    int    // rounds of start-ups
	rounds    int    // rounds of sessions and raw transfers
	session   int64  // bytes in a session
	raw       int64  // bytes in a raw transfer
	stalls    int    // rounds of a reader that reads nothing, and of a reverse zone that is dead
	goodbyes  int    // sessions whose DISCONNECT is looked for
	hosts     int    // of a bulk check
	bulkTurns int    // rounds of bulk checks
}

var (
	full  = plan{starts: 201, rounds: 9, session: 1 << 30, raw: 2 << 30, stalls: 3, goodbyes: 30, hosts: 20000, bulkTurns: 5}
	quick = plan{starts: 31, rounds: 3, session: 64 << 20, raw: 256 << 20, stalls: 1, goodbyes: 30, hosts: 5000, bulkTurns: 3}
)

// measurement is one thing that is measured: it hands its rows over as they
// are complete.
type measurement struct {
	name    string
	measure func(context.Context, *stage, func(row)) error
}

var measurements = []measurement{
	{"start-up", startUp},
	{"start-up-check", startUpChecked},
	{"start-up-ssh-G", startUpAsking},
	{"fdpass", fdpass},
	{"session-down", sessionDown},
	{"session-up", sessionUp},
	{"session-aes", sessionAES},
	{"raw-up", rawUp},
	{"raw-down", rawDown},
	{"stalled-reader", stalledReader},
	{"disconnect", disconnect},
	{"dead-zone", deadZone},
	{"bulk", bulk},
}

func run(ctx context.Context) error {
	p := full
	few := flag.Bool("quick", false, "few rounds and little data: to see that every row can be measured")
	rows := flag.String("rows", "", "measure only what matches this regular `expression`; -list lists the names")
	list := flag.Bool("list", false, "list what can be measured")
	markdown := flag.Bool("markdown", false, "print a Markdown table")
	program := flag.String("program", "", "measure this rdnsproxy instead of one built from the sources")
	flag.Parse()
	if *few {
		p = quick
	}
	p.given = *program
	wanted, err := regexp.Compile(*rows)
	if err != nil {
		return fmt.Errorf("-rows: %w", err)
	}
	if *list {
		for _, m := range measurements {
			fmt.Println(m.name)
		}
		return nil
	}

	s, err := newStage(ctx, p)
	if err != nil {
		return err
	}
	defer s.close()
	t := table{out: os.Stdout, markdown: *markdown}
	t.begin(machine(ctx, s))
	var failed []error
	for _, m := range measurements {
		if !wanted.MatchString(m.name) {
			continue
		}
		s.say("%s", m.name)
		if err := m.measure(ctx, s, t.row); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", m.name, err))
			s.say("%v", failed[len(failed)-1])
		}
		if ctx.Err() != nil {
			break
		}
	}
	t.end()
	return errors.Join(failed...)
}
