package resolve

import (
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// glibc's limits (resolv.h).
const (
	maxServers  = 3  // MAXNS
	maxNdots    = 15 // RES_MAXNDOTS
	maxTimeout  = 30 // RES_MAXRETRANS, in seconds
	maxAttempts = 5  // RES_MAXRETRY
)

func defaultConfig() *Config {
	return &Config{Ndots: 1, Timeout: defaultTimeout, Attempts: defaultAttempts}
}

// ParseResolvConf reads resolv.conf as glibc's res_init does: unknown lines are
// skipped, of domain and search the last one counts, numbers are capped at glibc's
// limits, and only the first three servers are used. It returns an error if reading
// fails or the file is too long. Services is left nil.
func ParseResolvConf(r io.Reader) (*Config, error) {
	text, err := readConfig(r)
	if err != nil {
		return nil, err
	}
	cfg := defaultConfig()
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		i := strings.IndexAny(line, " \t") // the keyword begins the line, and white space ends it
		if i <= 0 {
			continue
		}
		words := strings.FieldsFunc(line[i:], func(r rune) bool { return r == ' ' || r == '\t' })
		if len(words) == 0 {
			continue
		}
		switch line[:i] {
		case "nameserver":
			if a, ok := serverAddr(words[0]); ok && len(cfg.Servers) < maxServers {
				cfg.Servers = append(cfg.Servers, Server{netip.AddrPortFrom(a, dnsPort)})
			}
		case "domain":
			cfg.Search = searchList(words[:1])
		case "search":
			cfg.Search = searchList(words)
		case "options":
			for _, o := range words {
				cfg.option(o)
			}
		}
	}
	return cfg, nil
}

// serverAddr reads IPv4 as inet_aton does, and IPv6 with a zone.
func serverAddr(s string) (netip.Addr, bool) {
	if i := strings.IndexAny(s, ";#"); i >= 0 {
		s = s[:i]
	}
	return ParseLiteral(s)
}

// searchList drops what is not a name; "." stands for the name as it is.
func searchList(words []string) []Name {
	list := make([]Name, 0, len(words))
	for _, w := range words {
		if n, err := ParseName(strings.TrimPrefix(w, ".")); err == nil {
			list = append(list, n)
		}
	}
	return list
}

func (c *Config) option(o string) {
	key, value, valued := strings.Cut(o, ":")
	switch key {
	case "ndots", "timeout", "attempts":
		if !valued {
			return
		}
	}
	switch key {
	case "ndots":
		c.Ndots = number(value, maxNdots) & 0xf // a field of 4 bits
	case "timeout":
		c.Timeout = time.Duration(max(1, number(value, maxTimeout))) * time.Second
	case "attempts":
		c.Attempts = max(1, number(value, maxAttempts))
	case "rotate":
		c.Rotate = true
	case "use-vc":
		c.UseVC = true
	case "trust-ad":
		c.TrustAD = true
	case "no-aaaa":
		c.NoAAAA = true
	case "no-tld-query", "no_tld_query":
		c.NoTLD = true
	case "single-request":
		c.Single = true
	case "single-request-reopen":
		c.Reopen = true
	}
	// edns0 is always on here, and no other option changes an answer
}

// number reads a number as atoi does, with a sign, up to the first byte that is not a
// digit. What is too large for strtol becomes -1; high is the maximum.
func number(s string, high int) int {
	end := 0
	for end < len(s) && (digit(s[end]) || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) && s[0] == '-':
		return 0
	case errors.Is(err, strconv.ErrRange):
		return -1
	}
	return min(int(int32(n)), high)
}
