// Package kept shows and removes what the relay keeps of DNS's answers: 'rdnsproxy cache'.
package kept

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/listing"
	"rdnsproxy/internal/reversecache"
	"rdnsproxy/internal/target"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Options say how names are looked up, and how a list is written.
type Options struct {
	target.Options
	Format listing.Format
}

// Kept is what the relays of this user keep.
type Kept struct {
	w     console.World
	voice *console.Voice
	o     Options
	cache reversecache.Cache
}

// New returns what is kept. It is a Refusal if nothing can be.
func New(w console.World, o Options) (*Kept, error) {
	k := &Kept{w: w, o: o, voice: console.NewVoice(w.Err, o.Quiet, o.Verbose)}
	k.cache.Dir = w.CacheDir(reversecache.Name)
	if k.cache.Dir == "" {
		return nil, console.Refuse(exit.Found, "the home directory is not yours, as under sudo", "nothing is kept here")
	}
	return k, nil
}

// Show lists what is kept and still good.
func (k *Kept) Show() error {
	r, _, err := k.o.Resolver(k.w)
	if err != nil {
		return err
	}
	defer r.Close()
	if k.cache.Config, err = r.ConfigID(); err != nil {
		k.voice.Notice("nothing of this is used: " + err.Error())
	}
	all, err := k.cache.All()
	if err != nil {
		return unreadable(err)
	}
	if len(all) == 0 {
		k.voice.Notice("the cache is empty")
	}
	entries := []entry{}
	for i := range all {
		entries = append(entries, entryOf(&all[i], all[i].Config == k.cache.Config))
	}
	return k.o.Format.WriteText(k.w, entries, text(entries, k.w.TerminalWidth()))
}

// Addresses returns the addresses about which something is kept, sorted; nil if the cache
// cannot be read.
func (k *Kept) Addresses() (words []string) {
	all, _ := k.cache.All()
	for _, r := range all {
		words = append(words, r.Addr.String())
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// Clear removes what is kept of addresses and of hosts' addresses and names, or everything
// if there are no words.
func (k *Kept) Clear(ctx context.Context, words []string) error {
	drop, err := k.about(ctx, words)
	if err != nil {
		return err
	}
	n, err := k.cache.Clear(drop)
	k.w.Print(removed(n))
	if err != nil {
		return unreadable(err)
	}
	return nil
}

func removed(n int) string {
	switch n {
	case 0:
		return "nothing to remove\n"
	case 1:
		return "removed the answers about 1 address\n"
	}
	return fmt.Sprintf("removed the answers about %d addresses\n", n)
}

func unreadable(err error) error {
	return console.Refuse(exit.Found, "remove the directory, or correct its owner and permissions", "%v", err)
}

// about returns which records the words are about; nil: all.
func (k *Kept) about(ctx context.Context, words []string) (func(*reversecache.Record) bool, error) {
	if len(words) == 0 {
		return nil, nil
	}
	reader := target.NewReader(k.w, k.voice, k.o.Options, target.Connect{})
	r, _, err := k.o.Resolver(k.w)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	ctx, cancel := context.WithTimeout(ctx, k.o.CheckTimeout)
	defer cancel()
	var addrs []netip.Addr
	var names []resolve.Name
	for _, word := range words {
		t, err := reader.Target(ctx, word)
		if err != nil {
			return nil, err
		}
		if n, err := resolve.ParseName(t.Host); err == nil {
			names = append(names, n)
		}
		found := len(addrs)
		for a := range r.Addresses(ctx, t.Host, resolve.AnyFamily, resolve.System) {
			for _, x := range a.Addrs {
				addrs = append(addrs, x.Unmap().WithZone(""))
			}
		}
		if len(addrs) == found {
			k.voice.Notice(safetext.Name(t.Host) + " has no address now; only answers with its name are removed")
		}
	}
	return func(r *reversecache.Record) bool {
		return slices.Contains(addrs, r.Addr) || slices.ContainsFunc(r.Answers, func(a reversecache.Answer) bool {
			return slices.Contains(names, a.Question.Name) ||
				slices.ContainsFunc(a.Names, func(n resolve.Name) bool { return slices.Contains(names, n) })
		})
	}, nil
}
