package auditreport

import (
	"strings"

	"rdnsproxy/audit"
	"rdnsproxy/check"
)

// How many findings are in sight, and how many of one code.
const (
	inSight       = 8
	inSightOfCode = 3
)

// findings are all findings, the worst first. Some of those that are much alike, and of
// those that pass, are folded away.
func (p *page) findings() {
	if len(p.r.Findings) == 0 {
		return
	}
	p.section("findings", "What it means")
	var seen, folded []audit.Finding
	each := map[check.Code]int{}
	for _, f := range worstFirst(p.r.Findings) {
		if each[f.Code]++; each[f.Code] > inSightOfCode || len(seen) == inSight {
			folded = append(folded, f)
		} else {
			seen = append(seen, f)
		}
	}
	p.list(seen)
	if len(folded) > 0 {
		p.put("<details><summary>%v</summary>\n", count(int64(len(folded)), "more finding"))
		p.list(folded[:min(len(folded), inPage)])
		p.put("</details>\n")
	}
	p.cutAt(len(folded), "more findings")
	p.endSection()
}

func (p *page) list(findings []audit.Finding) {
	p.put(`<ul class="findings">` + "\n")
	for _, f := range findings {
		p.put(`<li>%v<div><p>%v</p><p class="about">%v`, severity(f.Severity), f.Text, code(string(f.Code)))
		if n := min(len(f.Hosts), 3); n > 0 {
			p.put(" · %v", strings.Join(f.Hosts[:n], ", ")+andMore(len(f.Hosts)-n))
		}
		p.put("</p></div></li>\n")
	}
	p.put("</ul>\n")
}
