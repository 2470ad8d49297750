package target

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/http/httpproxy"

	"rdnsproxy/internal/console"
)

// allProxy and noProxy read the variables as curl does, in small letters first.
func allProxy(w console.World) string {
	list := strings.TrimSpace(w.Getenv("all_proxy"))
	if list == "" {
		list = strings.TrimSpace(w.Getenv("ALL_PROXY"))
	}
	if list != "" && !strings.Contains(list, "://") {
		list = "http://" + list // curl's default
	}
	return list
}

// noProxy reads a list of hosts with commas or spaces between. As with curl, a final dot of a
// name does not count.
func noProxy(w console.World) func(host string, port uint16) bool {
	list := w.Getenv("no_proxy")
	if list == "" {
		list = w.Getenv("NO_PROXY")
	}
	hosts := strings.FieldsFunc(list, func(c rune) bool { return c == ',' || unicode.IsSpace(c) })
	for i, h := range hosts {
		hosts[i] = strings.TrimSuffix(h, ".")
	}
	proxy := (&httpproxy.Config{HTTPProxy: "http://proxy.invalid", NoProxy: strings.Join(hosts, ",")}).ProxyFunc()
	return func(host string, port uint16) bool {
		host = strings.TrimSuffix(host, ".")
		u, err := proxy(&url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(int(port)))})
		return err == nil && u == nil
	}
}
