package auditreport

import (
	"strings"
	"time"

	"rdnsproxy/audit"
)

// script is what page.js needs beside the report: the words that the page's HTML has, and
// which clients are one row.
type script struct {
	Readings [][2]string   `json:"readings"` // value in the report, words; in their order
	Then     [][2]string   `json:"then"`
	Changes  [][2]string   `json:"changes"`
	Verdicts [][2]string   `json:"verdicts"`
	Groups   []scriptGroup `json:"groups"`
	Zone     string        `json:"zone"` // that times are shown in
}

// scriptGroup is a row of several clients: its label, their indexes, and their sums.
type scriptGroup struct {
	Label string       `json:"label"`
	Of    []int        `json:"of"`
	Sum   audit.Client `json:"sum"`
}

func (p *page) script() script {
	s := script{Then: thenWords(), Changes: changeWords(), Verdicts: verdictWords(),
		Groups: []scriptGroup{}, Zone: p.zone.String()}
	for _, w := range readingWords {
		s.Readings = append(s.Readings, [2]string{string(w.reading), w.words})
	}
	for _, row := range p.rows {
		if len(row.of) > 1 {
			s.Groups = append(s.Groups, scriptGroup{row.label, row.of, row.Client})
		}
	}
	return s
}

// pageZone is the time zone of the page: the log's, or UTC if only systems have its name.
// Browsers know the names of the IANA database.
func pageZone(r *audit.Report) *time.Location {
	l := zone(r)
	name := l.String()
	if l == time.Local || name == "localtime" || strings.HasPrefix(name, "posix") || strings.HasPrefix(name, "right/") {
		return time.UTC
	}
	return l
}
