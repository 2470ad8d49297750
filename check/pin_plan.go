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
	Address netip.Addr // of several, this one alone; if not valid, all of them
	Replace bool       // take the name away from lines that give it another address
	Force   bool       // write a line although none is needed
	Keyed   bool       // the host is known by its key, or one is expected: each address has to show a proven one
	Unsure  string     // why the host may be known by a key that could not be looked up; empty: it is not
	Now     time.Time
	Expires time.Time // if zero, never, or when the line expired that stands there
}

// Errors of PlanPin beside those of every line, to be told apart by errors.Is;
// their texts say what stands against a line.
var (
	ErrNoLineNeeded = errors.New("the mapping is fine, and no line is needed")
	ErrTaken        = errors.New("another line gives the name another address")
	ErrUnproven     = errors.New("an address that does not present the host key")
	ErrUnevaluated  = errors.New("whether the host key is known could not be determined")
)

// PlanPin says which hosts lines settle r, a result of DNS alone, or why none
// may be written. An Edit that is Empty says that they stand there already.
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
	alone := o.Address.IsValid() && (incomplete || len(hiddenBy(r, o.Address)) > 0)
	for _, a := range addresses {
		note := hostsfile.Note{
			Written: o.Now, Verdict: string(a.Verdict), Fingerprint: provenKey(a), Port: r.Port, Expires: o.Expires,
			Single: alone,
		}
		if err := planLine(edit, f, a, names, note); err != nil {
			return nil, err
		}
	}
	return edit, nil
}

// against says what stands against a line for an address that has to show a proven
// host key, or may have to.
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
