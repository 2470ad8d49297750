package via

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rdnsproxy/safetext"
)

// maxShown is how much of a proxy's words a text has, in bytes.
const maxShown = 120

// httpConnect asks an HTTP proxy for a tunnel to the destination (RFC 9110, section
// 9.3.6). The credentials come with the first request, as with curl.
func (p *Proxy) httpConnect(conn io.ReadWriter, to destination) error {
	request := "CONNECT " + to.String() + " HTTP/1.1\r\nHost: " + to.String() + "\r\n"
	if p.User != "" {
		login := base64.StdEncoding.EncodeToString([]byte(p.User + ":" + string(p.password)))
		request += "Proxy-Authorization: Basic " + login + "\r\n" // RFC 7617
	}
	if _, err := io.WriteString(conn, request+"\r\n"); err != nil {
		return err
	}
	in := &exact{in: conn}
	for {
		r, err := readResponse(in)
		if err != nil {
			return err
		}
		switch {
		case r.status >= 200 && r.status < 300: // whatever Content-Length it has, the tunnel begins here
			return nil
		case r.status < 200 && r.status != 101: // interim (RFC 9110, section 15.2)
			continue
		case r.status == 407, r.status == 401 && p.User != "": // tinyproxy's answer to a wrong password
			return p.unauthorized(r)
		}
		a := &answer{kind: Denied, text: "it answers: " + r.words}
		if r.status == 403 || r.status == 405 {
			a.hint = fmt.Sprintf("many proxies allow CONNECT to port 443 only; whoever runs this one can allow port %d", to.port)
		}
		return a
	}
}

// unauthorized says what a 407 means.
func (p *Proxy) unauthorized(r response) error {
	switch {
	case len(r.wants) > 0 && !r.basic:
		return &answer{kind: Login, text: "it wants a login by " + strings.Join(r.wants, ", ") + ", and only Basic is supported"}
	case p.User == "":
		return &answer{kind: Login, text: "it wants a user and a password (" + r.words + ")", hint: hintLogin}
	}
	return &answer{kind: Login, text: "it does not accept the user and password (" + r.words + ")"}
}

// response is the head of an answer to CONNECT.
type response struct {
	status int
	words  string   // status and reason, safe to print
	wants  []string // the schemes of Proxy-Authenticate, at most maxWants, safe to print
	basic  bool     // Basic is among all of them
}

// maxWants is how many schemes of Proxy-Authenticate are shown.
const maxWants = 4

// readResponse reads up to the empty line after the header fields (RFC 9112, section 2.1).
func readResponse(in *exact) (r response, err error) {
	line, err := in.statusLine()
	if err != nil {
		return r, err
	}
	version, rest, _ := strings.Cut(line, " ")
	code, reason, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if r.status, err = strconv.Atoi(code); !isHTTP1(version) || err != nil || len(code) != 3 || r.status < 100 {
		return r, notHTTP(line)
	}
	r.words = safetext.Cut(safetext.Of(strings.TrimSpace(code+" "+reason)).String(), maxShown)
	for {
		line, err := in.line()
		if err != nil {
			return r, err
		}
		if line == "" {
			return r, nil
		}
		name, value, _ := strings.Cut(line, ":")
		if !strings.EqualFold(name, "Proxy-Authenticate") {
			continue
		}
		for _, scheme := range schemes(value) {
			r.basic = r.basic || strings.EqualFold(scheme, "Basic")
			if len(r.wants) < maxWants {
				r.wants = append(r.wants, safetext.Cut(safetext.Of(scheme).String(), maxShown/maxWants))
			}
		}
	}
}

// schemes returns the schemes of a list of challenges (RFC 9110, section 11.6.1): of what
// stands between its commas, all but the parameters, which have an equals sign after their
// first word.
func schemes(list string) (all []string) {
	quoted, escaped := false, false
	for _, part := range strings.FieldsFunc(list, func(c rune) bool {
		switch {
		case escaped:
			escaped = false
		case c == '"':
			quoted = !quoted
		default:
			escaped = quoted && c == '\\'
		}
		return c == ',' && !quoted
	}) {
		part = strings.TrimSpace(part)
		end := strings.IndexAny(part, " \t=")
		if end < 0 {
			end = len(part)
		}
		if part != "" && !strings.HasPrefix(strings.TrimSpace(part[end:]), "=") {
			all = append(all, part[:end])
		}
	}
	return all
}

// statusLine reads the first line. What cannot begin one ends it: another protocol may
// never send an end of line.
func (e *exact) statusLine() (string, error) {
	var first [1]byte
	if err := e.fill(first[:]); err != nil {
		return "", err
	}
	if c := first[0]; c < ' ' || c >= 0x7f {
		return "", notHTTP(string(first[:]))
	}
	rest, err := e.line()
	return string(first[:]) + rest, err
}

func isHTTP1(version string) bool {
	minor, ok := strings.CutPrefix(version, "HTTP/1.")
	return ok && len(minor) == 1 && minor[0] >= '0' && minor[0] <= '9'
}

// notHTTP says what a proxy may be that answers like this.
func notHTTP(line string) error {
	a := &answer{kind: Broken, text: `it does not speak HTTP: it sent "` + safetext.Cut(safetext.Of(line).String(), maxShown) + `"`}
	switch {
	case line == "":
		a.text = "it does not speak HTTP"
	case line[0] == version5:
		a.text, a.hint = "it speaks SOCKS5, not HTTP", "--via socks5://HOST:PORT"
	case line[0] == 0, line[0] == 4:
		a.text = "it speaks SOCKS4, not HTTP"
	case line[0] == tlsAlert, line[0] == tlsHandshake:
		a.text, a.hint = "it speaks TLS, not plain HTTP", "--via https://HOST:PORT"
	case strings.HasPrefix(line, "SSH-"):
		a.text = "it is an SSH server, not an HTTP proxy"
	}
	return a
}
