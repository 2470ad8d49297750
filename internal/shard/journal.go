package shard

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/replacefile"
	"rdnsproxy/safetext"
)

// Journal is the file of --resume: the results of a run line by line, written as they
// come, in which a run that was killed goes on. Begin is its first line, End its last.
type Journal struct {
	Done       int                    // results that were there
	Severities []check.Severity       // of their findings, each once
	By         map[check.Severity]int // how many of them have which severity
	Invalid    int                    // how many are about what is not a target
	Sum        Sum                    // of their targets
	Version    string                 // of the program that began the file; "" if it is new
	Complete   bool                   // the run before had ended

	file *os.File
	name string // safe to print
	done *done
}

// Open opens a journal, or begins one. A part of a line at its end, which a killed run
// leaves, and the last line of a run that has ended are cut off. The error is a Refusal if
// another run writes the file, or if it is not of such a run.
func Open(path string, begin Begin) (*Journal, error) {
	begin.Schema = check.Schema
	file, err := replacefile.OpenJournal(path)
	j := &Journal{file: file, name: safetext.Line(path), By: map[check.Severity]int{}}
	switch {
	case errors.Is(err, replacefile.ErrLocked):
		return nil, console.Refuse(exit.Usage, "wait for it, or give each run a file of its own",
			"--resume %s: another run is writing this file", j.name)
	case err != nil:
		return nil, console.Refuse(exit.Usage, "--resume takes a file in a directory you can write to", "--resume %v", err)
	}
	if err := j.read(begin); err != nil {
		file.Close()
		return nil, err
	}
	return j, nil
}

// Write appends to the file.
func (j *Journal) Write(b []byte) (int, error) { return j.file.Write(b) }

// Close lets another run have the file.
func (j *Journal) Close() error {
	if j.done != nil {
		j.done.close()
	}
	return j.file.Close()
}

// read reads what is there, cuts off what is not a result, and begins a file that is
// empty.
func (j *Journal) read(begin Begin) error {
	in := linesOf(j.file)
	first, err := in.read()
	was, ok := parseBegin(first)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return j.refuse(err.Error())
	case len(first) == 0 || begin.began(first):
		return j.start(begin) // new, or killed while it wrote its first line
	case !ok:
		return j.refuse("it does not begin as a file of --resume or --shard does")
	case was.Shard != begin.Shard:
		return j.refuse(fmt.Sprintf("it is of share %s, not %s", shown(was.Shard), shown(begin.Shard)))
	}
	if d := begin.differs(was); d != "" {
		return j.refuse("it " + d)
	}
	j.Version = safetext.Line(was.Version)
	from, end := in.next, in.next
	for {
		line, err := in.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return j.refuse(fmt.Sprintf("line %d: %v", in.n, err))
		}
		if !bytes.HasSuffix(line, []byte("\n")) || has(line, check.Interrupted) {
			break
		}
		if e, ok := parseEnd(line); ok {
			j.Complete = e.Complete
			break
		}
		if _, ok := targetOf(line); !ok {
			return j.refuse(fmt.Sprintf("line %d is not a result", in.n))
		}
		j.count(line)
		end = in.next
	}
	if err := j.file.Truncate(end); err != nil {
		return j.refuse(console.PlainError(err))
	}
	j.done = &done{lines: linesOf(io.NewSectionReader(j.file, from, end-from))}
	return nil
}

// start begins a file.
func (j *Journal) start(begin Begin) error {
	err := j.file.Truncate(0)
	if err == nil {
		_, err = j.file.Write(begin.Line())
	}
	if err != nil {
		return j.refuse(console.PlainError(err))
	}
	return nil
}

func (j *Journal) count(line []byte) {
	j.Done++
	j.Sum.Add(line)
	worst := check.Pass
	for _, s := range severitiesIn(line) {
		worst = s
		if !slices.Contains(j.Severities, s) {
			j.Severities = append(j.Severities, s)
		}
	}
	j.By[worst]++
	if has(line, check.InputInvalid) {
		j.Invalid++
	}
}

func (j *Journal) refuse(why string) error {
	return console.Refuse(exit.Usage, "give the flags that it was made with, or another file",
		"--resume %s: %s", j.name, why)
}

// shown is a share as messages have it.
func shown(shard string) string {
	if shard == "" {
		return "1/1"
	}
	return safetext.Line(shard)
}

// Has reports whether the result of the next target of the list is there, by its Identity,
// and takes it. It is called once for each target, in the order of the list.
func (j *Journal) Has(target string) bool { return j.done != nil && j.done.take(target) }

// Left is how many results are there of targets that were not asked for.
func (j *Journal) Left() int {
	if j.done == nil {
		return 0
	}
	return j.done.left(j.Done)
}

// done are the targets whose results are there. As long as the list is the one that they
// are of, they are compared in order and need no memory; from the first difference on,
// those that are left are a set, in which each counts as often as it is there.
type done struct {
	lines *lines
	taken int
	ended bool
	rest  map[[16]byte]int // nil: in order
}

func (d *done) take(target string) bool {
	if d.rest == nil {
		next, ok := d.next()
		if !ok {
			return false
		}
		if next == target {
			d.taken++
			return true
		}
		d.scatter(next)
	}
	key := hash(target)
	if d.rest[key] == 0 {
		return false
	}
	d.taken++
	if d.rest[key]--; d.rest[key] == 0 {
		delete(d.rest, key)
	}
	return true
}

// next returns the target of the next line.
func (d *done) next() (string, bool) {
	if d.ended {
		return "", false
	}
	line, err := d.lines.read()
	if err != nil {
		d.ended = true
		return "", false
	}
	return identityOf(line)
}

// scatter makes a set of a target and all that follow.
func (d *done) scatter(target string) {
	d.rest = map[[16]byte]int{}
	for ok := true; ok; target, ok = d.next() {
		d.rest[hash(target)]++
	}
}

func (d *done) left(all int) int { return all - d.taken }

func (d *done) close() { d.rest = nil }

// hash is 128 bits of SHA-256: targets are chosen by strangers, too.
func hash(target string) [16]byte {
	sum := sha256.Sum256([]byte(target))
	return [16]byte(sum[:16])
}
