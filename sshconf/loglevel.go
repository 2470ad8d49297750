package sshconf

// levels are the values of LogLevel in ssh's order (log.h), each as ssh -G spells it.
var levels = []string{"QUIET", "FATAL", "ERROR", "INFO", "VERBOSE", "DEBUG", "DEBUG2", "DEBUG3"}

const levelDebug = 5 // of levels

// Silenced reports whether ssh keeps its own warnings back: LogLevel below INFO,
// of which -q is one.
func (h *Host) Silenced() bool {
	switch h.Get("loglevel") {
	case "QUIET", "FATAL", "ERROR":
		return true
	}
	return false
}

// logLevel is what -q and -v make of LogLevel, "" where neither is given. ssh sets
// it at once, so that it overrides any -o. The first -v is DEBUG, and a further
// one is a step up from where it is by then.
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
