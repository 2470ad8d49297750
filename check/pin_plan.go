package check

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"time"

	"rdnsproxy/hostsfile"
)

// PinOptions is what the user wants of a hosts line.
type PinOptions struct {
	Address netip.Addr // a line for this address only; if not valid, for all of them
	Replace bool       // remove the name from lines that give it another address
	Force   bool       // write a line even if none is needed
	Keyed   bool       // each address must present a proven key, because one is known or expected
	Unsure  string     // why it is not known whether known_hosts has a key of the host; empty if it is known
	Now     time.Time
	Expires time.Time // if zero, that of an existing line that has not expired, else never
}

// Further errors of PlanPin, for errors.Is. The text of an error that wraps one says why
// there can be no line.
var (
	ErrNoLineNeeded = errors.New("the mapping is fine, and no line is needed")
	ErrTaken        = errors.New("another line gives the name another address")
	ErrUnproven     = errors.New("an address that does not present the host key")
	ErrUnevaluated  = errors.New("whether the host key is known could not be determined")
)

// PlanPin plans the hosts lines that make the names and addresses of r agree, or returns
// why none may be written. r is a result of DNS alone. If the Edit is empty, f has the
// lines already.
func PlanPin(r *Result, f *hostsfile.File, p Policy, o PinOptions) (*hostsfile.Edit, error) {
	names, err := lineNames(r, p.Own)
	if err != nil {
		return nil, err
	}
	addresses, err := lineAddresses(r, o.Address, o.against)
	if err != nil {
		return nil, err
	}
	if !o.Force && !slices.ContainsFunc(addresses, func(a Address) bool { return a.Verdict.severity() > Notice }) {
		return nil, &refusal{ErrNoLineNeeded, "no line is needed: the mapping is " + string(r.Verdict)}
	}
	edit := f.Edit()
	if err := clearConflicts(edit, f, names, addresses, o); err != nil {
		return nil, err
	}
	_, incomplete := r.Incomplete()
	single := o.Address.IsValid() && (incomplete || len(hiddenBy(r, o.Address)) > 0)
	for _, a := range addresses {
		note := hostsfile.Note{
			Written: o.Now, Verdict: string(a.Verdict), Fingerprint: provenKey(a), Port: r.Port, Expires: o.Expires,
			Single: single,
		}
		if err := planLine(edit, f, a, names, note); err != nil {
			return nil, err
		}
	}
	return edit, nil
}

// against returns why there can be no line for an address that presents no proven host key
// although it has to, or may have to.
func (o PinOptions) against(r *Result, a Address) error {
	if provenKey(a) != "" {
		return nil
	}
	if o.Keyed {
		return &refusal{ErrUnproven, unprovenWords(r, a)}
	}
	if why := cmp.Or(unevaluated(r, a.Address), o.Unsure); why != "" {
		return &refusal{ErrUnevaluated, ErrUnevaluated.Error() + ": " + why}
	}
	return nil
}
