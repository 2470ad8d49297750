// Command grafana reads a dashboard as strictly as Grafana's own types allow, and says what is
// wrong with it: fields that no panel has, values of the wrong type, missing fields.
//
// It is a module of its own, so that the program's module does not need Grafana's.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	plugins.RegisterDefaultPlugins()
	status := 0
	for _, path := range os.Args[1:] {
		if err := check(path); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			status = 1
		}
	}
	os.Exit(status)
}

// check reads the dashboard in a file. Its schema has to be the one that the types are of.
func check(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var d dashboard.Dashboard
	err = d.UnmarshalJSONStrict(b)
	if all := (cog.BuildErrors)(nil); errors.As(err, &all) && len(all) == 0 {
		err = nil // a list of no errors, as an error
	}
	if err != nil {
		return err
	}
	if want := dashboard.NewDashboard().SchemaVersion; d.SchemaVersion != want {
		return fmt.Errorf("schemaVersion is %d, and Grafana's is %d", d.SchemaVersion, want)
	}
	return d.Validate()
}
