package logs

import (
	"context"
	"io"
)

// pump reads a stream in a goroutine of its own: a decompressor works beside the parser, and
// a read that never returns, of a terminal or a FIFO, does not hold up the end of the run.
type pump struct {
	ctx    context.Context
	stop   context.CancelFunc
	blocks chan []byte
	free   chan []byte
	failed error // set before blocks is closed
	rest   []byte
	whole  []byte
}

// startPump begins to read what open returns.
func startPump(ctx context.Context, open func() (io.ReadCloser, error)) *pump {
	p := &pump{blocks: make(chan []byte, 2), free: make(chan []byte, 3)}
	p.ctx, p.stop = context.WithCancel(ctx)
	for range cap(p.free) {
		p.free <- nil
	}
	go p.run(open)
	return p
}

func (p *pump) run(open func() (io.ReadCloser, error)) {
	defer close(p.blocks)
	r, err := open()
	if err != nil {
		p.failed = err
		return
	}
	defer r.Close()
	for {
		var b []byte
		select {
		case b = <-p.free:
		case <-p.ctx.Done():
			p.failed = p.ctx.Err()
			return
		}
		if b == nil {
			b = make([]byte, block/2)
		}
		n, err := r.Read(b)
		if n > 0 {
			select {
			case p.blocks <- b[:n]:
			case <-p.ctx.Done():
			}
		} else {
			p.free <- b
		}
		if err != nil {
			p.failed = err
			return
		}
	}
}

func (p *pump) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.whole != nil {
			p.free <- p.whole[:cap(p.whole)]
			p.whole = nil
		}
		select {
		case next, ok := <-p.blocks:
			if !ok {
				return 0, p.failed
			}
			p.whole, p.rest = next, next
		case <-p.ctx.Done():
			return 0, p.ctx.Err()
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// Close stops the pump. A read that hangs ends with the process.
func (p *pump) Close() error {
	p.stop()
	return nil
}
