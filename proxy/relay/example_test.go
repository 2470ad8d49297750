package relay_test

import (
	"fmt"
	"io"
	"net"
	"os"

	"rdnsproxy/proxy/relay"
)

// What a ProxyCommand does, with pipes where ssh would be.
func ExamplePipes() {
	server, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	go func() { // sends back what it gets
		c, err := server.Accept()
		if err == nil {
			io.Copy(c, c)
			c.Close()
		}
	}()
	conn, err := net.Dial("tcp4", server.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	in, fromSSH, err := os.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	toSSH, out, err := os.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	io.WriteString(fromSSH, "hello")
	fromSSH.Close()

	stats, err := relay.Pipes{In: in, Out: out}.Run(conn)
	got, _ := io.ReadAll(toSSH)
	fmt.Printf("%s: %d bytes up, %d down, %s, %v\n", got, stats.Up, stats.Down, stats.Why, err)

	// Output: hello: 5 bytes up, 5 down, closed by the server, <nil>
}
