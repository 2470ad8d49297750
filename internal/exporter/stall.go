package exporter

import (
	"io"
	"net/http"
	"time"

	"rdnsproxy/limits"
)

// longestBody is more than anyone who asks for a page or a reload has reason to send.
const longestBody = 4 << 10

// ServeHTTP answers a request. A client that does not send the rest of it, or does not read
// the answer, would hold its connection for ever, and a few hundred such clients would hold
// all there are.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer s.requests.Add(-1)
	if s.requests.Add(1) > int64(limits.Scrapes()) { // many streams of HTTP/2 in a connection
		panic(http.ErrAbortHandler)
	}
	if !s.dropBody(w, r) {
		w.Header().Set("Connection", "close")
		s.answerWithin(w)
		plainText(w, http.StatusRequestEntityTooLarge, "a request has no body here")
		return
	}
	s.answerWithin(w)
	s.mux.ServeHTTP(w, r)
}

// dropBody reads the body of a request and ignores it. It returns false if the body is too
// long or does not arrive in time.
func (s *Server) dropBody(w http.ResponseWriter, r *http.Request) bool {
	if r.ContentLength == 0 { // -1: unknown
		return true
	}
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Now().Add(s.stall))
	n, err := io.Copy(io.Discard, io.LimitReader(r.Body, longestBody+1))
	if err != nil || n > longestBody {
		_ = c.SetReadDeadline(time.Now()) // net/http reads more of it, before the answer or after
		return false
	}
	_ = c.SetReadDeadline(time.Time{})
	return true
}

// answerWithin gives a client limits.Stall to read the answer. It is called again when an
// answer has taken long to find.
func (s *Server) answerWithin(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.stall))
}
