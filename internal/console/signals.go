package console

import (
	"context"
	"os"
	"os/signal"
	"slices"
)

// NotifyContext is like signal.NotifyContext, but leaves out signals that this
// process was started with ignored, as under nohup.
func NotifyContext(ctx context.Context, signals ...os.Signal) (context.Context, context.CancelFunc) {
	signals = slices.DeleteFunc(signals, signal.Ignored)
	if len(signals) == 0 { // signal.NotifyContext would catch every signal
		return context.WithCancel(ctx)
	}
	return signal.NotifyContext(ctx, signals...)
}
