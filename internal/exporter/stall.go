package exporter

import (
	"io"
	"net/http"
	"time"
)

// longestBody is more than whoever asks for a page or for a reload has to send.
const longestBody = 4 << 10

// ServeHTTP answers a request. A client that neither sends the rest of it nor reads the
// answer would keep its connection for ever, and a few hundred of them all that there are.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.dropBody(w, r) {
		w.Header().Set("Connection", "close")
		s.answerWithin(w)
		plainText(w, http.StatusRequestEntityTooLarge, "a request has no body here")
		return
	}
	s.answerWithin(w)
	s.mux.ServeHTTP(w, r)
}

// dropBody reads what a request brings along; false if that is too much, or does not come.
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
