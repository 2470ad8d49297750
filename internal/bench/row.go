//go:build bench

package main

import (
	"fmt"
	"time"
)

// row is a line of the table: a figure per round for the program, and for what it is
// compared with.
type row struct {
	what   string
	unit   unit
	ours   []float64
	than   string // what it is compared with; "" if nothing
	theirs []float64

	mark     mark
	absolute bool // the mark is for our figure, not for the ratio
	meanToo  bool // the mean must reach it as well
}

// cells returns the columns of the row.
func (r row) cells() []string {
	ours := median(r.ours)
	cells := []string{r.what, r.unit(ours), "", r.than, "", "", "", r.mark.shown, ""}
	if len(r.theirs) > 0 {
		cells[2] = r.unit(median(r.theirs))
	}
	if r.absolute || len(r.theirs) == 0 {
		cells[8] = r.mark.met(ours)
		return cells
	}
	s := compare(r.ours, r.theirs)
	cells[4], cells[5], cells[6] = figure(s.median), figure(s.mean), figure(s.low)+"-"+figure(s.high)
	judged := []float64{s.median}
	if r.meanToo {
		judged = append(judged, s.mean)
	}
	cells[8] = r.mark.met(judged...)
	return cells
}

// unit formats a figure in at most ten columns.
type unit func(float64) string

func seconds(x float64) string {
	if x < 0.1 && x > -0.1 {
		return figure(1000*x) + " ms"
	}
	return figure(x) + " s"
}

// rate formats bytes per second.
func rate(x float64) string { return figure(x/gib) + " GiB/s" }

// perGiB formats CPU seconds per GiB.
func perGiB(x float64) string { return figure(x) + " s/GiB" }

func perSecond(x float64) string { return fmt.Sprintf("%.0f /s", x) }

func count(x float64) string { return fmt.Sprintf("%.0f", x) }

const gib = 1 << 30

// cost is what a run of a contender took.
type cost struct {
	wall  time.Duration
	cpu   time.Duration // of every process that took part
	bytes int64
	peak  int64 // the most memory that it had, in bytes, if that was measured
}

func (c cost) seconds() float64 { return c.wall.Seconds() }
func (c cost) rate() float64    { return float64(c.bytes) / c.wall.Seconds() }
func (c cost) cpuPerGiB() float64 {
	return c.cpu.Seconds() * gib / float64(c.bytes)
}
