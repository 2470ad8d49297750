package logs

import (
	"bytes"
	"io"

	"rdnsproxy/limits"
	"rdnsproxy/sshdlog"
)

// part reads a stretch of a log, line by line.
type part struct {
	lines  lines
	parser sshdlog.Parser
	again  sshdlog.Parser // for lines that are read twice, which must not move the parser's clock
	each   Handler
	counts

	// dateless returns the year of the first date that has none, unless it is nil.
	dateless func(sshdlog.Date) int

	frame sshdlog.Frame
	event sshdlog.Event

	begun   []byte // the message that the last lines have begun (CRI)
	begunAt int64  // where the first of them is; -1: nothing is begun
}

// reset makes p read from r, which is at the given place of a log, as o says.
func (p *part) reset(o *Options, framing sshdlog.Framing, year int, r io.Reader, at int64) {
	p.lines.reset(r, at)
	p.counts, p.dateless = counts{}, nil
	p.begun, p.begunAt = p.begun[:0], -1
	p.parser = sshdlog.Parser{Input: framing, Tags: o.Tags, Clock: sshdlog.Clock{Year: year, Zone: o.Zone}}
	p.again = sshdlog.Parser{Input: framing, Tags: o.Tags}
}

// before is how far before its first line a part has to look, for "last message repeated"
// and for a message that goes on.
const before = 2 * longest

// skip reads the lines that begin before start. They are those of the part before; only what
// the first line of this part may refer to is kept of them. The first of them is not whole if
// it does not begin the log.
func (p *part) skip(start int64) error {
	parser := p.parser // the clock begins with the first line of the part
	if p.lines.at > 0 {
		if _, _, err := p.lines.next(); err != nil {
			return err
		}
		p.lines.forget()
	}
	for p.lines.at < start {
		line, at, err := p.lines.next()
		if err != nil {
			return err
		}
		p.frame = sshdlog.Frame{}
		p.link(p.again.Parse(line, &p.frame), at)
	}
	p.parser = parser
	return nil
}

// read reads the lines that begin before end, or all if end is negative.
func (p *part) read(end int64) error {
	for end < 0 || p.lines.at < end {
		line, at, err := p.lines.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		found, err := p.line(line, at)
		if err != nil {
			return err
		}
		if found == sshdlog.OtherProgram {
			p.counts.Lines += p.lines.skip(&p.parser, end)
		}
	}
	return nil
}

// all reads a whole input.
func (p *part) all() error {
	if p.parser.Input != sshdlog.JournalExport {
		return p.read(-1)
	}
	for records := sshdlog.NewExportReader(p.lines.reader()); ; {
		record, err := records.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := p.line(record, 0); err != nil {
			return err
		}
	}
}

// line reads one line, which begins at the given place.
func (p *part) line(line []byte, at int64) (sshdlog.Found, error) {
	p.counts.Lines++
	if p.dateless != nil {
		if d, ok := sshdlog.DateOf(line); ok {
			if d.Year == 0 {
				p.parser.Clock.Year = p.dateless(d)
			}
			p.dateless = nil
		}
	}
	f := &p.frame
	found := p.parser.Parse(line, f)
	ours := found == sshdlog.OK || found == sshdlog.RepeatsLast && p.repeat()
	p.link(found, at)
	if !ours {
		return found, nil
	}
	return found, p.message()
}

// message counts the message in p.frame, and hands it on if it is an event.
func (p *part) message() error {
	f, e := &p.frame, &p.event
	ok := sshdlog.ParseEvent(f, e)
	p.count(p.parser.Last(), f, e, ok)
	if !ok {
		return nil
	}
	return p.each(f, e)
}

// repeat completes a frame that says how often the message of the line before came again.
func (p *part) repeat() bool {
	var last sshdlog.Frame
	line := p.lines.before()
	if line == nil || p.again.Parse(line, &last) != sshdlog.OK || !bytes.Equal(last.Host, p.frame.Host) {
		return false
	}
	last.Host, last.Time, last.Micro, last.Repeat = p.frame.Host, p.frame.Time, p.frame.Micro, p.frame.Repeat
	p.frame = last
	return true
}

// link joins the record in p.frame with those before it. A message whose beginning is more
// than limits.LogLine away is not joined, wherever reading began.
func (p *part) link(found sshdlog.Found, at int64) {
	switch {
	case found == sshdlog.RepeatsLast:
		p.lines.pass()
		return
	case found == sshdlog.Continued:
		if p.begunAt < 0 {
			p.begunAt = at
		}
		if len(p.begun)+len(p.frame.Msg) <= longest {
			p.begun = append(p.begun, p.frame.Msg...)
		}
		return
	case p.begunAt < 0:
		return
	case found == sshdlog.OK && at-p.begunAt <= limits.LogLine:
		p.begun = append(p.begun, p.frame.Msg...)
		p.frame.Msg = p.begun
	}
	p.begun, p.begunAt = p.begun[:0], -1
}
