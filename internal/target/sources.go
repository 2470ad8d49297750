package target

import (
	"context"
	"slices"
	"strings"

	"rdnsproxy/internal/inputs"
	"rdnsproxy/safetext"
)

// Sources say where targets come from, in addition to the command line.
type Sources struct {
	All        bool     // every alias in ssh's configuration
	KnownHosts bool     // every name in known_hosts
	FromFile   []string // files with one target per line; - is stdin
	Column     []string // FromFile are tables; the name or number of the column with the targets, or two for pairs
	Field      []string // FromFile are JSON Lines; the field with the targets, or two for pairs
	Ansible    string   // a file with an inventory, as ansible-inventory --list prints it; - is stdin
}

// Given reports whether there are any.
func (s Sources) Given() bool {
	return s.All || s.KnownHosts || len(s.FromFile)+len(s.Column)+len(s.Field) > 0 || s.Ansible != ""
}

// Files are the sources that are files.
func (s Sources) Files() []string {
	if s.Ansible == "" {
		return s.FromFile
	}
	return append(slices.Clone(s.FromFile), s.Ansible)
}

// reads reports whether there are files or zones with targets.
func (r *Reader) reads(s Sources) bool { return len(s.Files()) > 0 || r.Zones != nil }

// listed returns the targets in files and zones as a stream. The error is that of a file
// which could not be opened when its turn comes; the first is opened at once.
func (r *Reader) listed(s Sources) (inputs.Items, error) {
	for i, file := range s.Files() {
		if i == 0 {
			continue
		}
		if err := inputs.Exists(file); err != nil {
			return nil, err
		}
	}
	return inputs.Concat(r.fromFile(s), r.ansible(s), r.Zones), nil
}

// Again returns the targets of files once more, to count them. Ranges that would have to
// be walked count as one.
func (r *Reader) Again(ctx context.Context, s Sources) inputs.Items {
	return inputs.Expander{}.Expand(ctx, r.fromFile(s))
}

// fromFile returns the targets of --from-file, file after file.
func (r *Reader) fromFile(s Sources) inputs.Items {
	var all []inputs.Items
	for _, file := range s.FromFile {
		switch {
		case len(s.Column) > 0:
			all = append(all, inputs.Column(file, r.World.In, s.Column))
		case len(s.Field) > 0:
			all = append(all, inputs.Field(file, r.World.In, s.Field))
		default:
			all = append(all, inputs.Lines(file, r.World.In))
		}
	}
	return inputs.Concat(all...)
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
	for _, file := range s.FromFile {
		what := "line"
		if len(s.Column) > 0 {
			what = "row"
		}
		texts = append(texts, "--from-file "+safetext.Line(file)+" has no "+what+" with a target")
	}
	if s.Ansible != "" {
		texts = append(texts, "--ansible "+safetext.Line(s.Ansible)+" has no host that Ansible reaches over ssh")
	}
	if r.Zones != nil {
		texts = append(texts, "the zones have no A, AAAA or PTR record")
	}
	return strings.Join(texts, "; ")
}
