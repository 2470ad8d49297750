package target

import (
	"cmp"
	"context"
	"strings"

	"rdnsproxy/internal/inputs"
	"rdnsproxy/safetext"
)

// Sources say where targets come from, in addition to the command line.
type Sources struct {
	All        bool   // every alias in ssh's configuration
	KnownHosts bool   // every name in known_hosts
	FromFile   string // a file with one target per line; - is stdin
	Column     string // FromFile is a table; the name or number of the column with the targets
	Field      string // FromFile is JSON Lines; the field with the targets
	Ansible    string // a file with an inventory, as ansible-inventory --list prints it; - is stdin
}

// reads reports whether there are files or zones with targets.
func (r *Reader) reads(s Sources) bool { return cmp.Or(s.FromFile, s.Ansible) != "" || r.Zones != nil }

// listed returns the targets in files and zones as a stream.
func (r *Reader) listed(s Sources) inputs.Items {
	return func(yield func(inputs.Item, error) bool) {
		for _, items := range []inputs.Items{r.fromFile(s), r.ansible(s), r.Zones} {
			if items == nil {
				continue
			}
			for item, err := range items {
				if !yield(item, err) {
					return
				}
			}
		}
	}
}

// Again returns the targets of a file once more, to count them. Ranges that would have to
// be walked count as one.
func (r *Reader) Again(ctx context.Context, s Sources) inputs.Items {
	return inputs.Expander{}.Expand(ctx, r.fromFile(s))
}

// fromFile returns the targets of --from-file; nil if it is not given.
func (r *Reader) fromFile(s Sources) inputs.Items {
	switch {
	case s.FromFile == "":
		return nil
	case s.Column != "":
		return inputs.Column(s.FromFile, r.World.In, s.Column)
	case s.Field != "":
		return inputs.Field(s.FromFile, r.World.In, s.Field)
	}
	return inputs.Lines(s.FromFile, r.World.In)
}

// ansible returns the targets of --ansible; nil if it is not given.
func (r *Reader) ansible(s Sources) inputs.Items {
	if s.Ansible == "" {
		return nil
	}
	return inputs.Ansible(s.Ansible, r.World.In, r.Voice.Notice)
}

// noTarget says that the files and zones hold no target.
func (r *Reader) noTarget(s Sources) string {
	var texts []string
	switch {
	case s.FromFile == "":
	case s.Column != "":
		texts = append(texts, "--from-file "+safetext.Line(s.FromFile)+" has no row with a target")
	default:
		texts = append(texts, "--from-file "+safetext.Line(s.FromFile)+" has no line with a target")
	}
	if s.Ansible != "" {
		texts = append(texts, "--ansible "+safetext.Line(s.Ansible)+" has no host that Ansible reaches over ssh")
	}
	if r.Zones != nil {
		texts = append(texts, "the zones have no A, AAAA or PTR record")
	}
	return strings.Join(texts, "; ")
}
