// Command mkdist makes a release into a directory. make dist runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"rdnsproxy/internal/release"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "mkdist:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	o := release.Options{Log: os.Stderr}
	var targets string
	flag.StringVar(&o.Root, "root", ".", "the sources")
	flag.StringVar(&o.Out, "out", "dist",
		"the directory to write to, below root if it is relative; an earlier release in it is removed")
	flag.StringVar(&o.Version, "version", "", "the version; that of the tag or commit if empty")
	flag.BoolVar(&o.AllowDirty, "dirty", false, "build what is not committed, too")
	flag.StringVar(&targets, "targets", "", "OS/ARCH, several with commas; all if empty")
	flag.StringVar(&o.Maintainer, "maintainer", "", "who answers for the packages: NAME <ADDRESS>")
	flag.StringVar(&o.Homepage, "homepage", "", "the address of the project's page")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("not a flag: %q", flag.Arg(0))
	}
	var err error
	if o.Targets, err = release.ParseTargets(targets); err != nil {
		return err
	}
	if o.Root, err = filepath.Abs(o.Root); err != nil {
		return err
	}
	if !filepath.IsAbs(o.Out) {
		o.Out = filepath.Join(o.Root, o.Out)
	}
	return release.Dist(ctx, o)
}
