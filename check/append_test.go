package check_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"rdnsproxy/check"
)

// same compares AppendJSON with encoding/json.
func same(t *testing.T, r *check.Result) {
	t.Helper()
	want, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	before := "what is there stays"
	if got := string(r.AppendJSON([]byte(before))); got != before+string(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestAppendJSON: the results of the other rooms' recordings, with every verdict and
// probes.
func TestAppendJSON(t *testing.T) {
	same(t, &check.Result{})
	same(t, check.Unjudged("a\tb"))
	same(t, check.Unfinished(check.Target{Input: "x", Host: "x", Port: 22}))
	files, err := filepath.Glob(filepath.Join("..", "internal", "report", "testdata", "*.json"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	n := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var rs []*check.Result
		if json.Unmarshal(b, &rs) != nil {
			continue // not a list of results
		}
		for _, r := range rs {
			same(t, r)
			n++
		}
	}
	if n < 20 {
		t.Errorf("%d results were compared", n)
	}
}

// fields calls f with each field that JSON has of a value, and below it, set and all
// others not.
func fields(v reflect.Value, path string, source func(reflect.Value), f func(path string)) {
	switch {
	case v.Type() == reflect.TypeFor[netip.Addr](), v.Type() == reflect.TypeFor[time.Time]():
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				fields(v.Field(i), path+"."+v.Type().Field(i).Name, source, f)
			}
		}
		return
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fields(v.Index(0), path+"[]", source, f)
		v.SetZero()
		return
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fields(v.Elem(), path, source, f)
		v.SetZero()
		return
	}
	source(v)
	f(path)
	v.SetZero()
}

// TestAppendJSONFields: no field of a Result is forgotten. It sets one after the other, so
// that a new one is found that AppendJSON does not write.
func TestAppendJSONFields(t *testing.T) {
	var r check.Result
	n := 0
	fill := bytes("\x011<2>3&4\"5\\6/7\u20288\u2029\x7f\x00\xffé and more than enough, to fill the largest value")
	fields(reflect.ValueOf(&r).Elem(), "Result", func(v reflect.Value) {
		for v.IsZero() {
			fill.set(v)
		}
	}, func(path string) {
		n++
		t.Run(path, func(t *testing.T) { same(t, &r) })
	})
	if n < 60 {
		t.Errorf("%d fields", n)
	}
}

// FuzzAppendJSON fills a whole Result with hostile values.
func FuzzAppendJSON(f *testing.F) {
	f.Add([]byte("plain"))
	f.Add([]byte("<script>&amp;\u2028\u2029\xff\xc3\x28\x00\x1f\x7f\"\\"))
	f.Add(binary.BigEndian.AppendUint64(nil, math.Float64bits(1e-7)))
	f.Add(binary.BigEndian.AppendUint64(nil, math.Float64bits(1e21)))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r check.Result
		all := bytes(b)
		all.fill(reflect.ValueOf(&r).Elem())
		same(t, &r)
	})
}

// bytes are made into values, over and over.
type bytes []byte

// next returns n of them; those that come first come last next time.
func (b *bytes) next(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		if len(*b) > 0 {
			out[i] = (*b)[0]
			*b = append((*b)[1:len(*b):len(*b)], out[i])
		}
	}
	return out
}

// fill sets every field, and makes lists of up to three.
func (b *bytes) fill(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[netip.Addr](), v.Type() == reflect.TypeFor[time.Time]():
		b.set(v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			b.fill(v.Field(i))
		}
	case v.Kind() == reflect.Slice:
		if n := int(b.next(1)[0]) % 5; n < 4 { // else nil
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		for i := range v.Len() {
			b.fill(v.Index(i))
		}
	case v.Kind() == reflect.Pointer:
		if b.next(1)[0]%2 == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			b.fill(v.Elem())
		}
	default:
		b.set(v)
	}
}

// set makes one value.
func (b *bytes) set(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[netip.Addr]():
		switch b.next(1)[0] % 4 {
		case 0:
		case 1:
			v.Set(reflect.ValueOf(netip.AddrFrom4([4]byte(b.next(4)))))
		case 2:
			v.Set(reflect.ValueOf(netip.AddrFrom16([16]byte(b.next(16)))))
		case 3:
			v.Set(reflect.ValueOf(netip.AddrFrom16([16]byte(b.next(16))).WithZone(string(b.next(3)))))
		}
	case v.Type() == reflect.TypeFor[time.Time]():
		n := binary.BigEndian.Uint64(b.next(8))
		v.Set(reflect.ValueOf(time.Unix(int64(n%(1<<37)), int64(n%1e9)).UTC()))
	case v.Kind() == reflect.String:
		v.SetString(string(b.next(int(b.next(1)[0])%70 + 1)))
	case v.Kind() == reflect.Bool:
		v.SetBool(b.next(1)[0]%4 != 0)
	case v.CanInt():
		v.SetInt(int64(binary.BigEndian.Uint64(b.next(8))))
	case v.CanUint():
		v.SetUint(uint64(b.next(1)[0]))
	case v.CanFloat():
		if n := math.Float64frombits(binary.BigEndian.Uint64(b.next(8))); !math.IsNaN(n) && !math.IsInf(n, 0) {
			v.SetFloat(n)
		}
	default:
		panic(fmt.Sprint("no value of ", v.Type()))
	}
}

// TestAppendJSONRoom: the results of lookups are appended without growing twice, and most
// of the room is used.
func TestAppendJSONRoom(t *testing.T) {
	w := newWorld(t, "", exampleCom, barNet, reverse4, reverse6, reverse10)
	w.Policy.Thorough = true
	for _, host := range []string{"my.example.com", "web.example.com", "www.example.com", "two.example.com", "none.example.com"} {
		r := w.run(t, host)
		b := r.AppendJSON(nil)
		// With -race, slices.Grow allocates twice.
		if again := testing.AllocsPerRun(10, func() { r.AppendJSON(nil) }); again > 2 || cap(b) > 2*len(b) {
			t.Errorf("%s: %.0f allocations; %d bytes in %d", host, again, len(b), cap(b))
		}
	}
}
