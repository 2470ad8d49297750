package cli

import (
	"encoding/csv"
	"strings"
)

// repeated is the value of a flag that may be given several times, with a word each time.
//
// It and words are pflag's stringArray and stringSlice, except that they say without a
// writer of CSV that they are empty. Such a writer takes 4 KiB, every flag is asked for its
// default when it is registered, and the relay is waiting.
type repeated []string

func (r *repeated) Type() string { return "stringArray" }

func (r *repeated) String() string { return strings.Join(*r, ",") }

func (r *repeated) Set(word string) error { return r.Append(word) }

func (r *repeated) Append(word string) error {
	*r = append(*r, word)
	return nil
}

func (r *repeated) Replace(all []string) error {
	*r = all
	return nil
}

func (r *repeated) GetSlice() []string { return *r }

// words is the value of a flag that takes words separated by commas (a record of CSV);
// repeating the flag adds more.
type words struct{ *repeated }

func (words) Type() string { return "stringSlice" }

func (w words) Set(text string) error {
	if text == "" {
		return nil
	}
	all, err := csv.NewReader(strings.NewReader(text)).Read()
	if err == nil {
		*w.repeated = append(*w.repeated, all...)
	}
	return err
}
