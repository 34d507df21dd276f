package attendance

import (
	"context"
	"regexp"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Call is a roll call of an occasion. Its number stays what it is.
type Call struct {
	N    int64
	Name string
	At   string // "07:30", "" if not said
	Used bool   // a fact or a mark names it
}

// A Rule says who has attended: who was there at so many roll calls and, if asked
// for, has checked out.
type Rule struct {
	Need     int64
	Checkout bool
}

// MostCalls is how many roll calls an occasion has at most.
const MostCalls = 8

const maxCallName = 80

var clock = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

// Calls returns the roll calls of an occasion, at least one.
func Calls(ctx context.Context, tx *db.Tx, occasion string) ([]Call, error) {
	all, err := calls(ctx, tx, occasion)
	if err == nil && len(all) == 0 {
		all = []Call{{N: 1}}
	}
	return all, err
}

// CheckCalls cleans what somebody has entered as the roll calls of an occasion and
// its rule, and says what is wrong with it. A call without a number is new and gets
// the next free one.
func CheckCalls(r Rule, all []Call) ([]Call, fault.Wrong) {
	w := fault.Wrong{}
	had := map[int64]bool{}
	for i := range all {
		c := &all[i]
		if c.Name = vn.Clean(c.Name); len(all) > 1 {
			w.Text("calls", c.Name, maxCallName, true)
		} else {
			w.Text("calls", c.Name, maxCallName, false)
		}
		if len(c.At) == 4 {
			c.At = "0" + c.At
		}
		if c.At != "" && !clock.MatchString(c.At) {
			w.Add("calls", "attendance.error.call_time")
		}
		if c.N < 0 || c.N > MostCalls || had[c.N] && c.N != 0 {
			w.Add("calls", "attendance.error.calls", MostCalls)
		}
		had[c.N] = true
	}
	if len(all) < 1 || len(all) > MostCalls {
		w.Add("calls", "attendance.error.calls", MostCalls)
		return all, w
	}
	next := int64(1)
	for i := range all {
		if all[i].N != 0 {
			continue
		}
		for had[next] {
			next++
		}
		all[i].N, had[next] = next, true
	}
	if !had[1] {
		w.Add("calls", "attendance.error.call_first")
	}
	if r.Need < 1 || r.Need > int64(len(all)) {
		w.Add("need", "attendance.error.need", len(all))
	}
	return all, w
}

// SetCalls replaces the roll calls of an open occasion, and its rule. The first roll
// call stays, and so does one that a fact or a mark names.
func SetCalls(ctx context.Context, tx *db.Tx, occasion string, r Rule, all []Call) error {
	if _, err := open(ctx, tx, occasion); err != nil {
		return err
	}
	all, w := CheckCalls(r, all)
	if err := w.Err(); err != nil {
		return err
	}
	was, err := calls(ctx, tx, occasion)
	if err != nil {
		return err
	}
	stays := map[int64]*Call{}
	for i := range all {
		stays[all[i].N] = &all[i]
	}
	for _, c := range was {
		switch now := stays[c.N]; {
		case now != nil:
			now.Used = c.Used
		case c.Used:
			w.Add("calls", "attendance.error.call_used", c.Name)
		}
	}
	if err := w.Err(); err != nil {
		return err
	}
	return replaceCalls(ctx, tx, occasion, r, all)
}
