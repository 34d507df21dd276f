package quiz

import (
	"context"
	"math/rand/v2"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
)

// Grace is how long after the end of an attempt answers are still taken that were on
// their way over a bad line.
const Grace = 60 * time.Second

// An Attempt is one time that a person takes a quiz.
type Attempt struct {
	Quiz      string
	Member    int64
	N         int64 // from 1
	Seed      uint64
	Questions []int64 // in the order asked
	Started   time.Time
	Ends      time.Time
	Finished  time.Time // zero while under way
	Points    int64
	OutOf     int64
}

// Left is how long an attempt still has.
func (a Attempt) Left(at time.Time) time.Duration { return max(0, a.Ends.Sub(at)) }

// expired reports whether answers are not taken any more.
func (a Attempt) expired(at time.Time) bool { return at.After(a.Ends.Add(Grace)) }

// A Taker is somebody who is to take a quiz, and their best attempt.
type Taker struct {
	Member   int64
	Unit     int64
	Attempts int64 // begun
	Taken    bool
	Passed   bool
	Points   int64
	OutOf    int64

	Name, UnitName, UnitKey, Key string // in lists
}

// order returns a permutation of n that is the same for a seed and a salt for ever.
func order(seed, salt uint64, n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := int(mix(seed^mix(salt<<8|uint64(i))) % uint64(i+1))
		p[i], p[j] = p[j], p[i]
	}
	return p
}

// mix spreads the bits of x over all of them.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Options returns the places of a question's options in the order that a shows them.
func (a Attempt) Options(q Question) []int { return order(a.Seed, uint64(q.N), len(q.Options)) }

// draw chooses the questions of an attempt, in their order.
func (q Quiz) draw(seed uint64, all []Question) []int64 {
	ns := q.Fixed
	if len(ns) == 0 {
		for _, x := range all {
			ns = append(ns, x.N)
		}
	}
	drawn := make([]int64, 0, q.Number)
	for _, i := range order(seed, 0, len(ns)) {
		if len(drawn) < int(q.Number) {
			drawn = append(drawn, ns[i])
		}
	}
	return drawn
}

// Begin begins an attempt of by's own, or goes on with the one that is under way.
func Begin(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Attempt, error) {
	q, t, err := taking(ctx, tx, by, id)
	if err != nil {
		return Attempt{}, err
	}
	last, err := q.current(ctx, tx, by, t)
	if err != nil || last.N > 0 && last.Finished.IsZero() {
		return last, err
	}
	switch {
	case !q.Running(tx.Now):
		return last, fault.New(fault.Conflict, "quiz.error.not_running")
	case t.Attempts >= q.Attempts:
		return last, fault.New(fault.Conflict, "quiz.error.no_more")
	}
	all, err := QuestionsOf(ctx, tx, q.Bank, false)
	if err != nil {
		return last, err
	}
	if len(all) == 0 {
		return last, fault.New(fault.Conflict, "quiz.error.no_questions")
	}
	a := Attempt{Quiz: id, Member: t.Member, N: t.Attempts + 1, Seed: rand.Uint64() >> 1, Started: tx.Now, Ends: tx.Now.Add(time.Duration(q.Minutes) * time.Minute)}
	if a.Ends.After(q.Closes) {
		a.Ends = q.Closes
	}
	a.Questions = q.draw(a.Seed, all)
	if err := insertAttempt(ctx, tx, a); err != nil {
		return a, err
	}
	return a, setBegun(ctx, tx, a)
}

// taking returns a quiz that by is to take.
func taking(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Quiz, Taker, error) {
	q, err := Read(ctx, tx, id)
	if err != nil {
		return q, Taker{}, err
	}
	t, err := takerOf(ctx, tx, id, by.Member)
	if err == nil && q.Tree != by.Tree {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return q, t, err
}

// current returns the newest attempt of somebody, marked if its time is over.
func (q Quiz) current(ctx context.Context, tx *db.Tx, by auth.Actor, t Taker) (Attempt, error) {
	if t.Attempts == 0 {
		return Attempt{}, nil
	}
	a, err := attemptOf(ctx, tx, q.ID, t.Member, t.Attempts)
	if err == nil && a.Finished.IsZero() && a.expired(tx.Now) {
		if err = q.finish(ctx, tx, by, a); err == nil {
			a, err = attemptOf(ctx, tx, q.ID, t.Member, t.Attempts)
		}
	}
	return a, err
}

// Shows reports whether by is shown what is right: there is nothing left to take, and no
// attempt goes on, of which the answers could be read off an earlier one.
func Shows(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (bool, error) {
	q, t, err := taking(ctx, tx, by, id)
	if err != nil {
		return false, err
	}
	return q.shows(ctx, tx, t)
}

func (q Quiz) shows(ctx context.Context, tx *db.Tx, t Taker) (bool, error) {
	if !q.Over(tx.Now) && t.Attempts < q.Attempts || t.Attempts == 0 {
		return q.Over(tx.Now), nil
	}
	last, err := attemptOf(ctx, tx, q.ID, t.Member, t.Attempts)
	return err == nil && (!last.Finished.IsZero() || last.expired(tx.Now)), err
}

// Answer keeps what by chose for a question of the attempt under way: the places of the
// options as they are shown. Given again, the newest stands. It is false where the time
// is over: then nothing is kept, and the attempt has been marked.
func Answer(ctx context.Context, tx *db.Tx, by auth.Actor, id string, attempt, question int64, shown []int) (bool, error) {
	q, t, err := taking(ctx, tx, by, id)
	if err != nil {
		return false, err
	}
	a, err := q.current(ctx, tx, by, t)
	if err != nil || a.N != attempt || !a.Finished.IsZero() {
		return false, err
	}
	x, err := a.question(ctx, tx, q, question)
	if err != nil {
		return false, err
	}
	options := a.Options(x)
	chosen := uint64(0)
	for _, i := range shown {
		if i < 0 || i >= len(options) {
			return false, fault.New(fault.Invalid, "quiz.error.option")
		}
		chosen |= 1 << options[i]
	}
	if len(shown) > 1 && !x.Several {
		return false, fault.New(fault.Invalid, "quiz.error.option")
	}
	return true, putAnswer(ctx, tx, a, question, chosen)
}

// question returns a question that a asks.
func (a Attempt) question(ctx context.Context, tx *db.Tx, q Quiz, n int64) (Question, error) {
	for _, x := range a.Questions {
		if x == n {
			return questionOf(ctx, tx, q.Bank, n)
		}
	}
	return Question{}, fault.New(fault.NotFound, "error.not_found")
}

// End ends by's attempt and marks it; ended already, it stays as it is.
func End(ctx context.Context, tx *db.Tx, by auth.Actor, id string, attempt int64) error {
	q, t, err := taking(ctx, tx, by, id)
	if err != nil {
		return err
	}
	a, err := q.current(ctx, tx, by, t)
	if err != nil || a.N != attempt || !a.Finished.IsZero() {
		return err
	}
	return q.finish(ctx, tx, by, a)
}

// finish marks an attempt by the answers there are, and posts what that changes for the
// person: the best attempt counts.
func (q Quiz) finish(ctx context.Context, tx *db.Tx, by auth.Actor, a Attempt) error {
	asked, err := questionsByN(ctx, tx, q.Bank, a.Questions)
	if err != nil {
		return err
	}
	given, err := answersOf(ctx, tx, a)
	if err != nil {
		return err
	}
	for _, n := range a.Questions {
		x := asked[n]
		a.OutOf += x.Points
		if given[n] == x.Correct {
			a.Points += x.Points
		}
	}
	a.Finished = tx.Now
	if a.Finished.After(a.Ends) {
		a.Finished = a.Ends
	}
	if err := setFinished(ctx, tx, a); err != nil {
		return err
	}
	was, err := takerOf(ctx, tx, q.ID, a.Member)
	if err != nil {
		return err
	}
	now := was
	now.Taken = true
	if !was.Taken || a.Points*was.OutOf > was.Points*a.OutOf {
		now.Points, now.OutOf = a.Points, a.OutOf
	}
	now.Passed = now.Points*whole >= q.Pass*now.OutOf
	if err := putTaker(ctx, tx, q.ID, now); err != nil {
		return err
	}
	d := now.figures().Plus(was.figures().Neg())
	return tally.PostPlaced(ctx, tx, by, tally.Entry{Sheet: q.Sheet, Source: tally.Source{Kind: AttemptSource, ID: q.ID}}, map[int64]tally.Delta{now.Unit: d})
}
