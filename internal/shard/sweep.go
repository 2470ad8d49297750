package shard

import (
	"errors"
	"io"
	"os"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// This file is what a merge finds out before it yields a result, so that no report is begun
// of files that turn out to be bad. Files that can be read twice are read once for it; of a
// pipe, only Results can tell.

// once checks that no file is given twice, by whatever names.
func (m *Merged) once() error {
	infos := make([]os.FileInfo, len(m.parts))
	for i, p := range m.parts {
		info, err := p.file.Stat()
		if err != nil {
			return p.refuse("%s", console.PlainError(err))
		}
		for k, other := range infos[:i] {
			switch name := m.parts[k].name; {
			case !os.SameFile(info, other):
			case name == p.name:
				return p.refuse("it is given twice")
			default:
				return p.refuse("it is the same file as %s", name)
			}
		}
		infos[i] = info
	}
	return nil
}

// something checks that there is a result, or a run that says that it had none.
func (m *Merged) something() error {
	for _, p := range m.parts {
		if p.begin != nil || len(p.first) > 0 {
			return nil
		}
	}
	return console.Refuse(exit.Usage, mergeHint, "%s: there is no result", m.parts[0].name)
}

// sweep reads all files that can be read twice, and checks that each line is a result and
// that there are as many as the end of the file says.
func (m *Merged) sweep() error {
	for _, p := range m.parts {
		if !p.regular() {
			continue
		}
		if err := m.sweepPart(p); err != nil {
			return err
		}
	}
	return nil
}

func (m *Merged) sweepPart(p *part) error {
	const all = 1<<63 - 1
	in := linesOf(io.NewSectionReader(p.file, p.from, all-p.from))
	results, sum, end := 0, Sum(0), p.end
	for {
		line, err := in.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return p.refuse("line %d: %v", in.n, err)
		}
		if isRecord(line) {
			if e, ok := parseEnd(line); ok {
				end = &e
			}
			continue
		}
		if m.partial && line[len(line)-1] != '\n' {
			break
		}
		if _, ok := targetOf(line); !ok && len(line) > 0 {
			return p.notResult(in.n)
		}
		results++
		sum.Add(line)
	}
	if p.begin != nil && end != nil && end.Complete {
		return p.counted(end, results, sum)
	}
	return nil
}

// notResult returns the Refusal of a line.
func (p *part) notResult(line int) error {
	return p.refuse("line %d is not a result of check --format jsonl", line)
}

// counted checks how many results there are, and of which targets, against what the end of
// a file says.
func (p *part) counted(end *End, results int, sum Sum) error {
	switch {
	case end.Targets != results:
		return p.refuse("it has %d results, and its end says %d", results, end.Targets)
	case end.Sum != "" && end.Sum != sum.String():
		return p.refuse("its results are not of the targets that its end counts: one is missing, and another is there twice or is of another file")
	}
	return nil
}
