package filing

import (
	"encoding/json"
	"errors"
	"strconv"
)

// UnmarshalJSON reads whole numbers by key; null is as if it were left out. It is
// the bulk of what a nation sends, so it goes through the text once and takes
// only the plain way of writing it; any other is left to the library.
func (f *Figures) UnmarshalJSON(b []byte) error {
	all, ok := plainFigures(b)
	if !ok {
		var loose map[string]*json.Number
		if err := json.Unmarshal(b, &loose); err != nil {
			return err
		}
		all = make(Figures, len(loose))
		for key, number := range loose {
			if number == nil {
				continue
			}
			x, err := strconv.ParseInt(number.String(), 10, 64)
			if err != nil {
				return errors.New(key + " is no whole number")
			}
			all[key] = x
		}
	}
	*f = all
	return nil
}

// plainFigures reads an object of plain keys and small whole numbers; false if b
// holds anything else. b is JSON.
func plainFigures(b []byte) (Figures, bool) {
	i := 0
	next := func() byte { // the next byte that is no space, 0 at the end
		for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
			i++
		}
		if i == len(b) {
			return 0
		}
		i++
		return b[i-1]
	}
	if next() != '{' {
		return nil, false
	}
	f := make(Figures, len(b)/14)
	c := next()
	for c == '"' {
		from := i
		for i < len(b) && b[i] != '"' && b[i] != '\\' {
			i++
		}
		key := string(b[from:min(i, len(b))])
		if next() != '"' || next() != ':' {
			return nil, false
		}
		c = next()
		negative := c == '-'
		if negative {
			c = next()
		}
		digits, x := 0, int64(0)
		for ; c >= '0' && c <= '9'; c = next() {
			x = 10*x + int64(c-'0')
			digits++
		}
		if digits == 0 || digits > 15 {
			return nil, false
		}
		if negative {
			x = -x
		}
		f[key] = x
		if c == ',' {
			if c = next(); c != '"' {
				return nil, false
			}
		}
	}
	return f, c == '}'
}
