package console

import (
	"context"
	"os"
	"os/signal"
	"slices"
)

// UntilSignal is signal.NotifyContext for those of the signals that the caller of
// this program has not set to be ignored.
func UntilSignal(ctx context.Context, signals ...os.Signal) (context.Context, context.CancelFunc) {
	signals = slices.DeleteFunc(signals, signal.Ignored)
	if len(signals) == 0 { // which NotifyContext would take for all
		return context.WithCancel(ctx)
	}
	return signal.NotifyContext(ctx, signals...)
}
