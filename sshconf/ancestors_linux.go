package sshconf

import (
	"os"
	"strconv"
	"strings"
)

// maxAncestors bounds how far up a Match exec is searched for.
const maxAncestors = 64

// evaluated reports whether this process descends from an ssh -G that another process
// of this program has started. EvaluatingEnv says so too, unless the command clears the
// environment (env -i, sudo): then each process would start the next.
func evaluated() bool {
	self, ok := processOf(os.Getpid())
	if !ok {
		return false
	}
	asked := false // the process one level down is an ssh -G
	for pid, n := self.parent, 0; pid > 1 && n < maxAncestors; n++ {
		p, ok := processOf(pid)
		if !ok {
			return false
		}
		if asked && p.name == self.name {
			return true
		}
		asked = p.name == "ssh" && p.firstArg() == "-G"
		pid = p.parent
	}
	return false
}

// process is what everybody may read in /proc.
type process struct {
	pid, parent int
	name        string // its first 15 bytes
}

// processOf reads /proc/PID/stat, "pid (name) state parent …"; a name may hold
// anything, parentheses too.
func processOf(pid int) (process, bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	open, end := strings.IndexByte(string(b), '('), strings.LastIndexByte(string(b), ')')
	if err != nil || open < 0 || end < open {
		return process{}, false
	}
	fields := strings.Fields(string(b[end+1:]))
	if len(fields) < 2 {
		return process{}, false
	}
	parent, err := strconv.Atoi(fields[1])
	return process{pid, parent, string(b[open+1 : end])}, err == nil
}

// firstArg is the first argument.
func (p process) firstArg() string {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/cmdline")
	words := strings.SplitN(string(b), "\x00", 3)
	if err != nil || len(words) < 2 {
		return ""
	}
	return words[1]
}
