// Command mkman writes the manual pages into a directory: go run ./internal/manual/mkman DIR.
// They are dated by SOURCE_DATE_EPOCH (reproducible-builds.org), or today.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"rdnsproxy/internal/manual"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mkman:", err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: mkman DIR")
	}
	date := time.Now()
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		n, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH is not a number: %q", epoch)
		}
		date = time.Unix(n, 0).UTC() // the same day everywhere
	}
	pages, err := manual.Pages(date)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(args[0], 0o755); err != nil {
		return err
	}
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(args[0], p.Name+".1"), p.Text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
