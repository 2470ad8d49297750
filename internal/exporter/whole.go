package exporter

import (
	"bytes"
	"maps"
	"net/http"
)

// reply is an answer that is not sent yet.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (p *reply) Header() http.Header { return p.header }

func (p *reply) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}

func (p *reply) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	return p.body.Write(b)
}

// whole makes an answer, and then sends it. So many are made at a time: what an answer is made
// of takes some twenty times the memory of its text, and would stay until a slow client has
// read that.
func (s *Server) whole(w http.ResponseWriter, r *http.Request, make http.Handler) {
	select {
	case s.answering <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	p := &reply{header: http.Header{}}
	func() {
		defer func() { <-s.answering }()
		make.ServeHTTP(p, r)
	}()
	s.answerWithin(w)
	maps.Copy(w.Header(), p.header)
	p.WriteHeader(http.StatusOK)
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body.Bytes())
}
