package check

import (
	"reflect"

	"rdnsproxy/safetext"
)

// MakeSafe makes all texts of a result safe to print, which those of a Checker are, and
// those that come from a file need not be.
func (r *Result) MakeSafe() { makeSafe(reflect.ValueOf(r).Elem()) }

func makeSafe(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); safetext.Line(s) != s {
			v.SetString(safetext.Line(s))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			makeSafe(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			makeSafe(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				makeSafe(v.Field(i))
			}
		}
	}
}
