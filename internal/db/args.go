package db

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"time"
)

// plain turns args into what both drivers bind alike: times into Unix seconds
// (the zero time into NULL), truth into 0 and 1, missing bytes into no bytes, named
// strings and numbers into plain ones, pointers into what they point to. The slice
// given is not changed: closures run more than once.
func plain(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = plainOne(a)
	}
	return out
}

func plainOne(a any) any {
	switch v := a.(type) {
	case nil, string, int64:
		return a
	case []byte:
		return bytesOf(v)
	case time.Time:
		return seconds(v)
	case bool:
		return truth(v)
	case driver.Valuer:
		return a
	}
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return truth(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return int64(v.Uint())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return bytesOf(v.Bytes())
		}
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return plainOne(v.Elem().Interface())
	}
	return a
}

func seconds(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}

func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// At is a scan target that reads a BIGINT of Unix seconds into t, in UTC; NULL
// is the zero time.
func At(t *time.Time) any { return (*at)(t) }

type at time.Time

func (a *at) Scan(v any) error {
	switch n := v.(type) {
	case nil:
		*a = at{}
	case int64:
		*a = at(time.Unix(n, 0).UTC())
	default:
		return fmt.Errorf("a time is stored as %T, not as a whole number of seconds", v)
	}
	return nil
}
