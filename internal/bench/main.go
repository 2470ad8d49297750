//go:build bench

// Command bench measures the program from outside, compares it with the programs that
// users would otherwise use, and prints a table of ratios.
//
// The table is not a test: other load on the machine spoils the figures, and a figure
// that misses its mark calls for a closer look. All traffic stays on loopback, all files
// in a temporary directory.
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
	// nsd and sshd are in directories that an ordinary user's PATH may lack.
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

// plan says how much to measure.
type plan struct {
	given     string // the program to measure, instead of one that is built from the sources
	starts    int    // rounds of start-ups
	logins    int    // rounds of ssh host true
	crowd     int    // relays that are started at once
	crowds    int    // rounds of them
	rounds    int    // rounds of sessions and raw transfers
	session   int64  // bytes in a session
	raw       int64  // bytes in a raw transfer
	stalls    int    // rounds with a stalled reader, and with a dead reverse zone
	goodbyes  int    // sessions to check for SSH_MSG_DISCONNECT
	hosts     int    // hosts in a bulk check
	bulkTurns int    // rounds of bulk checks
	bulkSizes []int  // hosts in those whose memory is measured
	huge      int    // hosts in bulk-huge; 0: none

	log      int64   // bytes of an audited log
	clients  int     // clients that are judged
	logSizes []int64 // of those whose memory is measured
	logTurns int     // rounds of audits
}

var (
	full = plan{
		starts: 201, logins: 101, crowd: 200, crowds: 9, rounds: 9, session: 1 << 30, raw: 2 << 30, stalls: 3, goodbyes: 30, hosts: 100_000, bulkTurns: 5,
		bulkSizes: []int{100_000, 1_000_000},
		log:       1 << 30, clients: 20_000, logSizes: []int64{256 << 20, 1 << 30, 4 << 30}, logTurns: 5,
	}
	quick = plan{
		starts: 31, logins: 9, crowd: 50, crowds: 3, rounds: 3, session: 64 << 20, raw: 256 << 20, stalls: 1, goodbyes: 30, hosts: 5000, bulkTurns: 3,
		bulkSizes: []int{5000, 20_000},
		log:       64 << 20, clients: 5000, logSizes: []int64{64 << 20, 256 << 20}, logTurns: 3,
	}
)

// measurement is one thing to measure. It reports rows as they are completed.
type measurement struct {
	name    string
	measure func(context.Context, *stage, func(row)) error
}

var measurements = []measurement{
	{"start-up", startUp},
	{"start-up-check", startUpChecked},
	{"start-up-warm", startUpWarm},
	{"start-up-ssh-G", startUpAsking},
	{"login", login},
	{"crowd", crowd},
	{"crowd-dead-zone", crowdDeadZone},
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
	{"bulk-memory", bulkMemories},
	{"bulk-far", bulkFar},
	{"bulk-huge", bulkHuge},
	{"exporter", exporter},
	{"audit", auditLog},
	{"audit-memory", auditMemories},
	{"audit-rates", auditRates},
}

func run(ctx context.Context) error {
	p := full
	few := flag.Bool("quick", false, "few rounds and little data: to see that every row can be measured")
	rows := flag.String("rows", "", "measure only what matches this regular `expression`; -list lists the names")
	list := flag.Bool("list", false, "list what can be measured")
	markdown := flag.Bool("markdown", false, "print a Markdown table")
	huge := flag.Int("huge", 0, "hosts of bulk-huge, which is left out otherwise")
	program := flag.String("program", "", "measure this rdnsproxy instead of one built from the sources")
	flag.Parse()
	if *few {
		p = quick
	}
	p.given, p.huge = *program, *huge
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
