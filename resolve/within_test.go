package resolve

import (
	"context"
	"errors"
	"net"
	"reflect"
	"testing"
	"time"

	"rdnsproxy/hostsfile"
)

// TestWithinKeepsAll: a Resolver that is made of another has all that was set, but for the
// attempts.
func TestWithinKeepsAll(t *testing.T) {
	text := "x"
	r := &Resolver{
		Config: &Config{Servers: servers("192.0.2.53:53")}, Env: Environment{LocalDomain: &text}, Hosts: new(hostsfile.File),
		Wire: &Mux{}, Rate: 50, Keep: time.Minute, Zones: noZones{}, Offline: true, Getent: "getent", Native: new(net.Resolver),
	}
	w := r.Within(time.Second)
	was, is := reflect.ValueOf(r).Elem(), reflect.ValueOf(w).Elem()
	for i := range was.NumField() {
		f := was.Type().Field(i)
		switch {
		case !f.IsExported() || f.Name == "Config":
		case was.Field(i).IsZero():
			t.Errorf("set %s in this test", f.Name)
		case !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()):
			t.Errorf("%s is lost: %v", f.Name, is.Field(i))
		}
	}
}

type noZones struct{}

func (noZones) Answer(Question) (Reply, bool) { return Reply{}, false }

// TestOneMeter: Resolvers made of each other are capped, and counted, as one.
func TestOneMeter(t *testing.T) {
	list, zone := many(3)
	s := startDNS(t, zone)
	r := asking(t, s)
	r.Rate = 1
	for i, r := range []*Resolver{r.Within(time.Second), r.Asking(r.Config), r.Within(time.Minute).Within(time.Second)} {
		t.Cleanup(func() { r.Close() })
		began := time.Now()
		if a := r.Forward(within(t), list[i].Name, IPv4, DNSOnly); a.Status != OK {
			t.Fatalf("%+v", a)
		}
		if took := time.Since(began); i > 0 && took < 700*time.Millisecond {
			t.Errorf("%d did not wait: %v", i, took)
		}
		if got, want := r.Asked(), (Asked{at(s), int64(i + 1), 0}); len(got) != 1 || got[0] != want {
			t.Errorf("%d: %+v", i, got)
		}
	}
}

// TestWithTimeout: the time in which the rate holds a lookup back does not count; other time
// does, and the end of the context below.
func TestWithTimeout(t *testing.T) {
	list, zone := many(4)
	s := startDNS(t, zone)
	r := asking(t, s)
	r.Rate = 2
	ctx, cancel := r.WithTimeout(within(t), 400*time.Millisecond)
	defer cancel()
	for _, q := range list { // this takes 1.5 s
		if a := r.Forward(ctx, q.Name, IPv4, DNSOnly); a.Status != OK {
			t.Errorf("%+v", a)
		}
	}
	if held := HeldBack(ctx); held < time.Second {
		t.Errorf("held back for %v", held)
	}
	<-ctx.Done()
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Error(ctx.Err())
	}
	below, end := context.WithCancel(context.Background())
	ctx, cancel = r.WithTimeout(below, time.Hour)
	defer cancel()
	end()
	<-ctx.Done()
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Error(ctx.Err())
	}
}

// TestWithTimeoutUnpaced: nobody needs to wait for a context for it to end, those that are
// made from it end with it, and after the CancelFunc it has ended, whether somebody waited or
// not.
func TestWithTimeoutUnpaced(t *testing.T) {
	r := new(Resolver)
	past, cancel := r.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	if past.Err() != context.DeadlineExceeded {
		t.Error(past.Err())
	}
	soon, cancel := r.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	below, stop := context.WithCancel(soon)
	defer stop()
	<-below.Done()
	if below.Err() != context.DeadlineExceeded {
		t.Error(below.Err())
	}
	for _, waited := range []bool{false, true} {
		ctx, cancel := r.WithTimeout(context.Background(), time.Hour)
		if waited {
			ctx.Done()
		}
		cancel()
		cancel()
		<-ctx.Done()
		if ctx.Err() != context.Canceled {
			t.Error(waited, ctx.Err())
		}
		called := make(chan struct{})
		context.AfterFunc(ctx, func() { close(called) })
		<-called
	}
}
