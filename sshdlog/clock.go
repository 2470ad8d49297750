package sshdlog

import (
	"encoding/binary"
	"time"
)

// Clock turns the stamps of a log into times. Consecutive lines mostly share their minute, so
// it reads the minute once, and then compares bytes.
//
// The zero value reads stamps that have a year, and takes those without a zone for UTC.
type Clock struct {
	// Year is the year of the next stamp that has none (RFC 3164); 0: it is not known, and
	// such stamps give no time. It moves on with the log, as NewYears says, and follows the
	// stamps that do have one.
	Year int
	// Zone is that of stamps without one; nil: UTC. Where clocks were set back, an hour
	// exists twice: such a stamp is the first of both. Where they were set forward, an hour
	// is missing: a stamp in it counts with the offset from before.
	Zone *time.Location

	last  Date   // of the last stamp; Month 0: there was none
	month uint32 // the first bytes of a BSD stamp of last
	day   uint64 // the first bytes of an ISO stamp of last
	key   [2]uint64
	utc   int64 // of the minute in key, as if it were UTC; 0: it cannot be read
	local int64 // the same in Zone; 0: not computed yet

	inLocal bool // Zone was used for the last stamp
}

// Date is the day of a stamp. Year is 0 if the stamp has none.
type Date struct{ Year, Month, Day int }

// NewYears returns how many new years lie between two dates that follow each other in a log: 0
// or more, or -1 if next is the old year's, a little out of order.
//
// Between dates without years, a year is new where the month goes back. But clocks and
// relays disorder lines a little: the last of December after the first of January belongs to
// the old year, and the last day of another month after the first of the next is no new year.
func NewYears(last, next Date) int {
	switch {
	case last.Month == 0:
		return 0
	case last.Year != 0 && next.Year != 0:
		return next.Year - last.Year
	case last.Month == 1 && last.Day == 1 && next.Month == 12 && next.Day == 31:
		return -1
	case next.Month == last.Month-1 && last.Day == 1 && next.Day >= 28:
		return 0
	case next.Month < last.Month:
		return 1
	}
	return 0
}

// DateOf reads the date of a line's stamp. ok is false of a line without a date: one of a
// framing that is not text, or one that goes on from the line before.
func DateOf(line []byte) (d Date, ok bool) {
	_, b := priority(line)
	if version(b) {
		b = b[2:]
	}
	s, n := stamp(b)
	switch s {
	case bsdStamp:
		d = bsdDate(b)
	case isoStamp:
		d = isoDate(b)
	case ctimeStamp:
		d = bsdDate(b[4:])
		d.Year = four(b[n-4:])
	case fullStamp:
		d = isoDate(b[4:])
	case windowsStamp:
		if _, k := number(b); isoLength(b[k+1:]) > 0 {
			d = isoDate(b[k+1:])
		}
	case epochStamp:
		sec, _ := epoch(b)
		y, m, day := time.Unix(sec, 0).UTC().Date()
		d = Date{y, int(m), day}
	default:
		return d, false
	}
	return d, d.valid()
}

func (d Date) valid() bool {
	return d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.Day <= 31 &&
		(d.Year == 0 || d.Year >= 1970 && d.Year <= 9999)
}

func bsdDate(b []byte) Date {
	d := Date{Month: month(b), Day: two(b[4:])}
	if b[5] == ' ' {
		d.Day = int(b[4] - '0')
	}
	return d
}

func isoDate(b []byte) Date { return Date{four(b), two(b[5:]), two(b[8:])} }

func four(b []byte) int { return two(b)*100 + two(b[2:]) }

// pass looks at the stamp of a line that is not read otherwise, so that no new year is missed.
func (c *Clock) pass(b []byte, s shape) {
	switch s {
	case bsdStamp:
		if m := binary.LittleEndian.Uint32(b); m != c.month {
			c.turn(bsdDate(b))
			c.month = m
		}
	case isoStamp:
		if d := binary.LittleEndian.Uint64(b); d != c.day {
			c.turn(isoDate(b))
			c.day = d
		}
	}
}

// turn moves the clock to another date.
func (c *Clock) turn(d Date) {
	if !d.valid() {
		return
	}
	switch {
	case d.Year != 0:
		c.Year = d.Year
	case c.Year != 0:
		c.Year += NewYears(c.last, d)
	}
	c.last, c.month, c.day, c.key = d, 0, 0, [2]uint64{}
}

// read reads a stamp. A time of 0 means that it has none, or cannot be read.
func (c *Clock) read(b []byte, s shape) (sec int64, micro int32) {
	c.inLocal = false
	switch s {
	case bsdStamp:
		return c.bsd(b)
	case isoStamp:
		return c.iso(b)
	case ctimeStamp:
		return c.ctime(b)
	case fullStamp:
		return c.full(b)
	case epochStamp:
		return epoch(b)
	case windowsStamp:
		if _, k := number(b); isoLength(b[k+1:]) > 0 {
			return c.iso(b[k+1:])
		}
	}
	return 0, -1
}

// bsd reads "Nov 25 20:08:24[.687462]".
func (c *Clock) bsd(b []byte) (sec int64, micro int32) {
	key := [2]uint64{binary.LittleEndian.Uint64(b), uint64(binary.LittleEndian.Uint32(b[8:]))}
	t := b[7:]
	if b[5] == ' ' {
		t = b[6:]
	}
	if key != c.key {
		d := bsdDate(b)
		c.turn(d)
		c.month = binary.LittleEndian.Uint32(b)
		d.Year = c.Year
		c.minute(key, d, two(t), two(t[3:]))
	}
	return c.inZone(t[6:8], t[8:])
}

// iso reads "2026-11-25T20:08:24[.687462][+00:00]".
func (c *Clock) iso(b []byte) (sec int64, micro int32) {
	key := [2]uint64{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
	if key != c.key {
		d := isoDate(b)
		c.turn(d)
		c.day = binary.LittleEndian.Uint64(b)
		c.minute(key, d, two(b[11:]), two(b[14:]))
	}
	s, fraction := two(b[17:19]), b[19:]
	micro, n := micros(fraction)
	off, z := offset(fraction[n:])
	if z == 0 {
		return c.inZone(b[17:19], fraction)
	}
	if c.utc == 0 || s > 60 {
		return 0, -1
	}
	return c.utc + int64(s) - off, micro
}

// ctime reads "Wed Nov 25 20:08:24 2026".
func (c *Clock) ctime(b []byte) (sec int64, micro int32) {
	d := bsdDate(b[4:])
	d.Year = four(b[len(b)-4:])
	if d.Year != c.Year || d.Month != c.last.Month {
		c.turn(d)
	}
	return c.bsd(b[4 : len(b)-5])
}

// full reads "Wed 2026-11-25 20:08:24[.687462] UTC".
func (c *Clock) full(b []byte) (sec int64, micro int32) {
	b = b[4:]
	n := isoLength(b)
	name := b[n+1:]
	sec, micro = c.iso(b[:n])
	if sec == 0 || len(name) == 0 {
		return sec, micro
	}
	s := int64(two(b[17:19]))
	c.inLocal = false
	if off, z := offset(name); z == len(name) {
		return c.utc + s - off, micro
	}
	if string(name) == "UTC" || string(name) == "GMT" {
		return c.utc + s, micro
	}
	c.inLocal = true
	if c.Zone != nil { // an abbreviation tells the two of an hour that exists twice apart
		if second := c.utc - offsetAt(c.Zone, c.utc+day); second != c.local {
			if abbreviation, _ := time.Unix(second, 0).In(c.Zone).Zone(); abbreviation == string(name) {
				return second + s, micro
			}
		}
	}
	return sec, micro
}

// minute computes the minute that key stands for. February 29 of a year that has none counts
// as March 1: the year was assumed.
func (c *Clock) minute(key [2]uint64, d Date, hour, minute int) {
	c.key, c.utc, c.local = key, 0, 0
	if d.Year == 0 || !d.valid() || hour > 23 || minute > 59 {
		return
	}
	t := time.Date(d.Year, time.Month(d.Month), d.Day, hour, minute, 0, 0, time.UTC)
	if t.Day() == d.Day || d.Month == 2 && d.Day == 29 {
		c.utc = t.Unix()
	}
}

// inZone adds the seconds to the minute, in Zone.
func (c *Clock) inZone(seconds, fraction []byte) (sec int64, micro int32) {
	s := two(seconds)
	if c.utc == 0 || s > 60 {
		return 0, -1
	}
	c.inLocal = true
	if c.local == 0 {
		c.local = unzone(c.Zone, c.utc)
	}
	micro, _ = micros(fraction)
	return c.local + int64(s), micro
}

const day = 24 * 3600

// unzone returns the time at which clocks in the zone showed what a clock in UTC shows at
// wall.
func unzone(zone *time.Location, wall int64) int64 {
	if zone == nil || zone == time.UTC {
		return wall
	}
	before, after := offsetAt(zone, wall-day), offsetAt(zone, wall+day)
	if before != after && offsetAt(zone, wall-before) != before && offsetAt(zone, wall-after) == after {
		return wall - after
	}
	return wall - before
}

func offsetAt(zone *time.Location, at int64) int64 {
	_, off := time.Unix(at, 0).In(zone).Zone()
	return int64(off)
}

// epoch reads "1795638236.651567".
func epoch(b []byte) (sec int64, micro int32) {
	n := 0
	for n < len(b) && n < 12 && b[n]-'0' < 10 {
		sec = sec*10 + int64(b[n]-'0')
		n++
	}
	micro, _ = micros(b[n:])
	return sec, micro
}

// micros reads a fraction of a second with its point or comma, and returns its length; -1 and
// 0: there is none.
func micros(b []byte) (micro int32, n int) {
	if len(b) < 2 || b[0] != '.' && b[0] != ',' || b[1]-'0' > 9 {
		return -1, 0
	}
	unit := int32(100_000)
	for n = 1; n < len(b) && b[n]-'0' < 10; n++ {
		micro += int32(b[n]-'0') * unit
		unit /= 10
	}
	return micro, n
}
