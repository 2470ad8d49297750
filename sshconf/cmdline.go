package sshconf

import (
	"fmt"
	"strings"

	"rdnsproxy/safetext"
)

// understand parses Args into options, and moves a -F to File: the last one counts, as
// in ssh.
func (q *Query) understand() error {
	options, rest, err := sshOptions.parse(q.Args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%s is not an option of ssh", safetext.Of(rest[0]))
	}
	q.options = nil
	for _, o := range options {
		if o.letter == 'F' {
			q.File = o.value
			continue
		}
		q.options = append(q.options, o)
	}
	return nil
}

// commandText is the options as equivalent lines of a configuration. Of -4 -6 -b -B -S
// the last counts, and like -q and -v they override any -o. Of the others, -o among
// them, the first counts.
func (q Query) commandText() string {
	var last [len(overriding)]string
	var rest strings.Builder
	if q.User != "" {
		rest.WriteString(option{letter: 'l', value: q.User}.setting() + "\n")
	}
	for _, o := range q.options {
		if i := strings.IndexByte(overriding, o.letter); i >= 0 {
			if o.letter == '4' || o.letter == '6' {
				i = strings.IndexByte(overriding, '4') // the two are one setting
			}
			last[i] = o.setting() + "\n"
			continue
		}
		if o.letter == 'J' && q.jumpsClash() {
			o.value = "(-J) " + o.value // ssh refuses some of this
		}
		if q.Keywords == nil && strings.IndexByte(judged, o.letter) >= 0 {
			rest.WriteString("(-" + string(rune(o.letter)) + ")\n")
		}
		if s := o.setting(); s != "" {
			rest.WriteString(s + "\n")
		}
	}
	if level := q.logLevel(); level != "" {
		last[0] += "LogLevel " + level + "\n"
	}
	return strings.Join(last[:], "") + rest.String()
}

// jumpsClash reports whether a -J comes with another, or with a -o about proxies.
func (q Query) jumpsClash() bool {
	n := 0
	for _, o := range q.options {
		if o.letter == 'J' || o.letter == 'o' && strings.Contains(lower(o.value), "proxy") {
			n++
		}
	}
	return n > 1
}

const (
	overriding = "46bBS"
	judged     = "1DILORWcemw" // set nothing that is told, but ssh may refuse their values
)

// setting returns the line that an option is equivalent to; "" if it sets nothing that
// Lookup returns.
// Text in parentheses fits no shape, so ssh is asked.
func (o option) setting() string {
	value := o.value
	if strings.ContainsAny(value, "\n\r") { // two lines here, and one for ssh
		value = "(of several lines)"
	}
	switch o.letter {
	case '4':
		return "AddressFamily inet"
	case '6':
		return "AddressFamily inet6"
	case 'B':
		return "BindInterface " + value
	case 'b':
		return "BindAddress " + value
	case 'J':
		return "ProxyJump " + value
	case 'K', 'k':
		return "GSSAPIAuthentication (-K)\nGSSAPIDelegateCredentials (-K)"
	case 'l':
		return "User " + value
	case 'M':
		return "ControlMaster (-M)"
	case 'o':
		switch keyword, _ := cutKeyword(strings.TrimLeft(value, white)); keyword {
		case "", "host", "match", "include": // ssh refuses these here
			return "(-o) " + value
		}
		return value
	case 'p':
		return "Port " + value
	case 'S':
		return "ControlPath " + value
	}
	return ""
}
