package target

import (
	"net"
	"net/url"
	"strconv"
	"strings"

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

func noProxy(w console.World) func(host string, port uint16) bool {
	list := w.Getenv("no_proxy")
	if list == "" {
		list = w.Getenv("NO_PROXY")
	}
	proxy := (&httpproxy.Config{HTTPProxy: "http://proxy.invalid", NoProxy: list}).ProxyFunc()
	return func(host string, port uint16) bool {
		host = strings.TrimSuffix(host, ".")
		u, err := proxy(&url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(int(port)))})
		return err == nil && u == nil
	}
}
