package ordered

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// failure is how a call ended that did not return.
type failure struct {
	value any    // of the panic; nil if the goroutine ended (runtime.Goexit)
	stack []byte // where that was
}

// watch calls do. If that panics, or ends the goroutine, it reports so; a panic then is
// over.
func watch(do func(), report func(*failure)) {
	returned := false
	defer func() {
		if !returned {
			report(&failure{recover(), debug.Stack()})
		}
	}()
	do()
	returned = true
}

// raise panics on the calling goroutine, or ends it.
func (f *failure) raise() {
	if f.value == nil {
		runtime.Goexit()
	}
	panic(fmt.Sprintf("%v\n\n%s", f.value, f.stack))
}
