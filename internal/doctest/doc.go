// Package doctest tests the documents by what is in them. It is tests alone:
//
//	generated_test.go    what is made from the code's tables
//	contents_test.go     what has to be there: fields, verdicts, formats, packages
//	links_test.go        links
//	tests_test.go        tests that a document names
//	blocks_test.go       fenced blocks, by their language
//	shell_test.go        finds command lines
//	commands_test.go     this module's command lines
//	programs_test.go     command lines of other programs
//	shown_test.go        output
//	manual_test.go       the manual pages
//	examples_test.go     examples/
//	prometheus_test.go   the rules and the dashboard in examples/
//	release_test.go      how a release is signed, verified and given its version
//
// A message names the file and the line, and what to do. go test ./internal/doctest -update
// writes what is made from the code's tables.
package doctest
