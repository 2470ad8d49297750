//go:build linux && packages

package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// apkPackage is a package in version 2 of apk's format: gzip streams one after the other,
// a signature first if there is one. Nothing here runs apk, which is not in Debian.
type apkPackage struct {
	control []byte // the tar file with .PKGINFO and the scripts, without its two blocks at the end
	data    []byte // the tar file with what is installed
	packed  []byte // the stream that data is in
}

func readAPK(path string) (p apkPackage, err error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return p, err
	}
	rest := bytes.NewReader(file)
	var streams [][]byte
	var begins []int
	for rest.Len() > 0 {
		begins = append(begins, len(file)-rest.Len())
		z, err := gzip.NewReader(rest) // it does not read beyond its stream from what has ReadByte
		if err != nil {
			return p, err
		}
		z.Multistream(false)
		b, err := io.ReadAll(z)
		if err != nil {
			return p, err
		}
		streams = append(streams, b)
	}
	if len(streams) != 2 {
		return p, fmt.Errorf("%d streams, not 2: no signature is expected", len(streams))
	}
	return apkPackage{streams[0], streams[1], file[begins[1]:]}, nil
}

// info returns .PKGINFO, all values of a key together, and the names of the other files
// beside it.
func (p apkPackage) info() (values map[string][]string, others []string, err error) {
	values = map[string][]string{}
	r := tar.NewReader(bytes.NewReader(p.control))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return values, others, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if h.Name != ".PKGINFO" {
			others = append(others, h.Name)
			continue
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return nil, nil, err
		}
		for line := range strings.Lines(string(b)) {
			if key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " = "); ok && !strings.HasPrefix(line, "#") {
				values[key] = append(values[key], value)
			} else if !strings.HasPrefix(line, "#") {
				return nil, nil, fmt.Errorf("not a line of .PKGINFO: %q", line)
			}
		}
	}
}

// unpack writes what is installed below a directory, and returns its size. Each file has to have the
// checksum that its header says.
func (p apkPackage) unpack(dir string) (size int64, err error) {
	r := tar.NewReader(bytes.NewReader(p.data))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return size, nil
		}
		if err != nil {
			return 0, err
		}
		to := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "root" || h.Gname != "root" || !filepath.IsLocal(filepath.FromSlash(h.Name)) {
			return 0, fmt.Errorf("%s is of %d:%d, %s:%s", h.Name, h.Uid, h.Gid, h.Uname, h.Gname)
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(to, 0o755)
		case tar.TypeReg:
			b, err := io.ReadAll(r)
			if err != nil {
				return 0, err
			}
			sum := sha1.Sum(b)
			if said := h.PAXRecords["APK-TOOLS.checksum.SHA1"]; said != hex.EncodeToString(sum[:]) {
				return 0, fmt.Errorf("%s has the checksum %x, and its header says %q", h.Name, sum, said)
			}
			size += int64(len(b))
			if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, b, h.FileInfo().Mode().Perm())); err != nil {
				return 0, err
			}
		default:
			err = fmt.Errorf("%s is of type %c", h.Name, h.Typeflag)
		}
		if err != nil {
			return 0, err
		}
	}
}

// The structure of the apk is right, and the program in it runs.
func TestPackagesAPK(t *testing.T) {
	for _, product := range products {
		t.Run(product.name, func(t *testing.T) {
			v := newVisit(t)
			p, err := readAPK(packageOf(t, newVersion, product.name, "apk"))
			v.must(err)
			info, scripts, err := p.info()
			v.must(err)
			dir := t.TempDir()
			size, err := p.unpack(dir)
			v.must(err)
			sum := sha256.Sum256(p.packed)
			for key, want := range map[string]string{"pkgname": product.name, "pkgver": newVersion + "-r1", "arch": "x86_64",
				"license": "BSD-3-Clause", "size": strconv.FormatInt(size, 10), "datahash": hex.EncodeToString(sum[:])} {
				if !slices.Equal(info[key], []string{want}) {
					t.Errorf("%s is %q, not %q", key, info[key], want)
				}
			}
			if len(info["depend"]) > 0 || len(scripts) > 0 {
				t.Errorf("it depends on %q and has %q", info["depend"], scripts)
			}
			out, err := exec.Command(filepath.Join(dir, "usr/bin", product.program), "--version").Output()
			if err != nil || !strings.HasPrefix(string(out), product.program+" "+newVersion) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
