package cli

import "iter"

// inOrder runs f over in, at most jobs at a time, and yields in input order. The
// queue is as long as the list: what takes its time holds up only what is told,
// not what is done.
func inOrder[T, R any](jobs int, in []T, f func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		jobs := max(1, min(jobs, len(in))) // no more than there is to do
		queue := make(chan chan R, len(in))
		slots := make(chan struct{}, jobs)
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			defer close(queue)
			for _, x := range in {
				select {
				case slots <- struct{}{}:
				case <-stop:
					return
				}
				done := make(chan R, 1)
				go func() {
					done <- f(x)
					<-slots
				}()
				select {
				case queue <- done:
				case <-stop:
					return
				}
			}
		}()
		for done := range queue {
			if !yield(<-done) {
				return
			}
		}
	}
}
