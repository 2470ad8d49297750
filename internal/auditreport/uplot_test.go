package auditreport

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestUPlot: the copies of uPlot are those of the release that 'make vendor-uplot' fetches,
// unchanged.
func TestUPlot(t *testing.T) {
	for file, want := range map[string]string{
		"uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
		"uPlot.min.css":     "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
		"LICENSE":           "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
	} {
		b, err := os.ReadFile("uplot/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s has the SHA-256 %x, not %s", file, sum, want)
		}
	}
	version, err := os.ReadFile("uplot/VERSION")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^UPLOT\s*:= (\S+)$`).FindSubmatch(makefile)
	if m == nil || string(m[1]) != strings.TrimSpace(string(version)) {
		t.Errorf("the Makefile fetches %q, VERSION says %q", m, version)
	}
	// The page has the licence before the code.
	charts := assets().charts
	if i := strings.Index(charts, "Permission is hereby granted"); i < 0 || i > strings.Index(charts, "var uPlot") {
		t.Error("the page does not have uPlot's licence")
	}
}
