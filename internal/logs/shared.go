package logs

import (
	"os"
	"sync"
)

// shared is a file of which several workers read parts.
type shared struct {
	f     *source
	left  int // parts that are not done
	mu    sync.Mutex
	file  *os.File
	error error
}

// share returns a file for each source that is read in parts.
func (s *Set) share(jobs []job) []*shared {
	all := make([]*shared, len(s.sources))
	for _, j := range jobs {
		if j.whole {
			continue
		}
		if all[j.input] == nil {
			all[j.input] = &shared{f: s.sources[j.input]}
		}
		all[j.input].left++
	}
	return all
}

// open returns the file. It must be followed by done.
func (s *shared) open() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil && s.error == nil {
		s.file, s.error = s.f.reopen()
	}
	return s.file, s.error
}

// done closes the file when its last part is done.
func (s *shared) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left == 0 {
		s.file.Close()
	}
}
