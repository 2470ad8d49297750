package sshconf

// levels are the values of LogLevel in ssh's order (log.h), each as ssh -G spells it.
var levels = []string{"QUIET", "FATAL", "ERROR", "INFO", "VERBOSE", "DEBUG", "DEBUG2", "DEBUG3"}

const levelDebug = 5 // of levels

// Silenced reports whether ssh suppresses its own warnings: LogLevel is below INFO, as
// with -q.
func (h *Host) Silenced() bool {
	switch h.Get("loglevel") {
	case "QUIET", "FATAL", "ERROR":
		return true
	}
	return false
}

// logLevel is the LogLevel that -q and -v set, "" if neither is given. It overrides any
// -o. The first -v sets DEBUG, and each further one raises the level by one.
func (q Query) logLevel() string {
	at, debug := -1, false
	for _, o := range q.options {
		switch {
		case o.letter == 'q':
			at = 0
		case o.letter == 'v' && !debug:
			at, debug = levelDebug, true
		case o.letter == 'v':
			at = min(at+1, len(levels)-1)
		}
	}
	if at < 0 {
		return ""
	}
	return levels[at]
}
