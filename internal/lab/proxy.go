package lab

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

// Proxy serves SOCKS5 (RFC 1928) and HTTP CONNECT on the same port, whichever the client
// speaks. The zero Proxy lets anyone connect to any address.
type Proxy struct {
	Login string                // USER:PASSWORD that clients must have; "": none
	Names map[string]netip.Addr // the names that it can look up

	mu    sync.Mutex
	asked []string
}

// Asked returns what clients have asked for, HOST:PORT, in order of arrival.
func (p *Proxy) Asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// Serve serves one client. It is for StartTCP.
func (p *Proxy) Serve(c *net.TCPConn) {
	in := bufio.NewReader(c)
	first, err := in.Peek(1)
	if err != nil {
		return
	}
	if first[0] == 5 {
		p.socks5(c, in)
		return
	}
	p.connect(c, in)
}

// dial connects to what a client has asked for.
func (p *Proxy) dial(host, port string) (*net.TCPConn, error) {
	p.mu.Lock()
	p.asked = append(p.asked, net.JoinHostPort(host, port))
	p.mu.Unlock()
	addr, err := netip.ParseAddr(host)
	if err != nil {
		known := false
		if addr, known = p.Names[host]; !known {
			return nil, errUnknownName
		}
	}
	conn, err := net.Dial("tcp", net.JoinHostPort(addr.String(), port))
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

var errUnknownName = errors.New("no such name")

// tunnel moves bytes until both sides have ended.
func tunnel(c *net.TCPConn, in io.Reader, far *net.TCPConn) {
	defer far.Close()
	var up sync.WaitGroup
	up.Go(func() {
		io.Copy(far, in)
		far.CloseWrite()
	})
	io.Copy(c, far)
	c.CloseWrite()
	up.Wait()
}

func (p *Proxy) socks5(c *net.TCPConn, in *bufio.Reader) {
	var head [4]byte
	if _, err := io.ReadFull(in, head[:2]); err != nil {
		return
	}
	methods := make([]byte, head[1])
	if _, err := io.ReadFull(in, methods); err != nil {
		return
	}
	method := byte(0)
	if p.Login != "" {
		method = 2
	}
	if !strings.Contains(string(methods), string([]byte{method})) {
		c.Write([]byte{5, 0xff})
		return
	}
	c.Write([]byte{5, method})
	if method == 2 {
		in.ReadByte()
		user, _ := counted(in)
		password, err := counted(in)
		if err != nil || user+":"+password != p.Login {
			c.Write([]byte{1, 1})
			return
		}
		c.Write([]byte{1, 0})
	}
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return
	}
	host := ""
	var err error
	switch head[3] {
	case 1, 4:
		raw := make([]byte, 4*int(head[3])) // 4 and 16 bytes
		_, err = io.ReadFull(in, raw)
		a, _ := netip.AddrFromSlice(raw)
		host = a.String()
	default:
		host, err = counted(in)
	}
	if _, portErr := io.ReadFull(in, head[:2]); err != nil || portErr != nil {
		return
	}
	far, err := p.dial(host, strconv.Itoa(int(head[0])<<8|int(head[1])))
	switch {
	case errors.Is(err, errUnknownName):
		c.Write([]byte{5, 4, 0, 1, 0, 0, 0, 0, 0, 0})
	case err != nil:
		c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
	default:
		c.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 22})
		tunnel(c, in, far)
	}
}

// counted reads a string after its length.
func counted(in *bufio.Reader) (string, error) {
	n, err := in.ReadByte()
	if err != nil {
		return "", err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(in, b)
	return string(b), err
}

func (p *Proxy) connect(c *net.TCPConn, in *bufio.Reader) {
	line, _ := in.ReadString('\n')
	words := strings.Fields(line)
	login := ""
	for {
		field, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if strings.TrimSpace(field) == "" {
			break
		}
		if basic, ok := strings.CutPrefix(field, "Proxy-Authorization: Basic "); ok {
			raw, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(basic))
			login = string(raw)
		}
	}
	if len(words) != 3 || words[0] != "CONNECT" {
		fmt.Fprint(c, "HTTP/1.1 405 Method Not Allowed\r\n\r\n")
		return
	}
	if login != p.Login {
		fmt.Fprint(c, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"lab\"\r\n\r\n")
		return
	}
	host, port, err := net.SplitHostPort(words[1])
	if err != nil {
		fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
		return
	}
	far, err := p.dial(host, port)
	if err != nil {
		fmt.Fprint(c, "HTTP/1.1 502 Bad Gateway\r\nServer: lab\r\n\r\n<html>it is not there</html>\n")
		return
	}
	fmt.Fprint(c, "HTTP/1.1 200 Connection established\r\n\r\n")
	tunnel(c, in, far)
}
