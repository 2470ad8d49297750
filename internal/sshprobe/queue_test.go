package sshprobe_test

import (
	"context"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/limits"
)

// A process that has no connection left waits for one, and what that takes is
// nothing that the server took. Who runs out of time meanwhile knows nothing of
// the server.
func TestQueue(t *testing.T) {
	var held []func()
	for range limits.Connections() {
		release, err := limits.Connection(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, release)
	}
	server := start(t, lab.SSH{}).Addr()

	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	found := (&sshprobe.Prober{}).Probe(ctx, check.Target{Host: name, Port: server.Port()}, server)
	if found.Connect != check.ConnectExhausted || found.Error == "" || found.Identity != "" {
		t.Errorf("%+v", found)
	}

	const wait = 1500 * time.Millisecond
	time.AfterFunc(wait, func() {
		for _, release := range held {
			release()
		}
	})
	found = probe(t, new(sshprobe.Prober), server)
	if found.Connect != check.ConnectOK || len(found.Keys) == 0 || found.Connecting > wait/2 {
		t.Errorf("%+v", found)
	}
}
