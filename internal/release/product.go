package release

// A Product is a program with what belongs to it: one archive for each target, one package
// for each format and Linux machine.
type Product struct {
	Name    string // of the archives and packages
	Path    string // the Go package of the program
	Program string // its file, without .exe
	Summary string // one line for package managers
	About   string // lines of at most 78 columns; Debian's form of a description's body
	// Material makes what does not depend on the target.
	Material func(*maker, Product) (Material, error)
	// Embedded is part of the program although no build information names it.
	Embedded []Embedded
	// Recommends and Suggests are packages by format, since their names differ. apk knows neither.
	Recommends, Suggests map[string][]string
	// Units reports which of examples/systemd are installed. The others belong to another product.
	Units func(name string) bool
}

// Embedded is the work of others in a directory of the sources, with its VERSION and LICENSE.
type Embedded struct{ Name, Directory string }

// Material is what comes with a program.
type Material struct {
	Pages       []File      // manual pages: man1/NAME.1
	Completions Completions // empty if there are none
	Config      []File      // absolute paths below /etc: the administrator's from then on
	Docs        []File      // for people: README.md, docs/...
	Examples    []File      // below examples/
	Units       []File      // of systemd: NAME.service
}

// Completions are scripts for shells.
type Completions struct{ Bash, Zsh, Fish, PowerShell []byte }

// Products are all of a release.
var Products = []Product{relay, exporter}
