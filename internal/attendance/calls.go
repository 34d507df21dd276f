package attendance

import (
	"context"
	"regexp"

	"nhipcau/internal/auth"
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

// A CallState is how a person stands at a roll call.
type CallState struct {
	State  State
	Reason string
}

// StatesAt returns how members on a roll stand at one of its roll calls.
func StatesAt(ctx context.Context, tx *db.Tx, occasion string, call int64, members []int64) (map[int64]CallState, error) {
	o, err := Get(ctx, tx, occasion)
	if err != nil {
		return nil, err
	}
	b := readBatch(auth.Actor{}, o, 0)
	marks := make([]Mark, len(members))
	for i, m := range members {
		marks[i].Member = m
	}
	if err := b.loadMarked(ctx, tx, marks); err != nil {
		return nil, err
	}
	all := make(map[int64]CallState, len(members))
	for id, p := range b.members {
		byCall, _, _ := p.byCall()
		at := p.standing(byCall, call)
		all[id] = CallState{at.state, at.reason}
	}
	return all, nil
}

// MostRest is how many people are marked at once who were not marked yet.
const MostRest = 5_000

// MarkRest marks everybody who is not marked yet at a roll call of an open occasion,
// of a home unit or with 0 of all, at most MostRest; it returns how many.
func MarkRest(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, call, unit int64, state State, reason string) (int, error) {
	rows, err := versions(ctx, tx, occasion, unit, MostRest+1)
	if err != nil {
		return 0, err
	}
	if len(rows) > MostRest {
		return 0, fault.New(fault.Conflict, "attendance.error.many", MostRest)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Member
	}
	at, err := StatesAt(ctx, tx, occasion, call, ids)
	if err != nil {
		return 0, err
	}
	var marks []Mark
	for _, r := range rows {
		if at[r.Member].State == Invited {
			marks = append(marks, Mark{Member: r.Member, Call: call, State: state, Reason: reason, Version: r.Version})
		}
	}
	return MarkAll(ctx, tx, by, occasion, marks)
}
