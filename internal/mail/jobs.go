package mail

import (
	"context"
	"log/slog"
	"time"

	gomail "github.com/wneessen/go-mail"

	"nhipcau/internal/db"
	"nhipcau/internal/i18n"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
)

// The kinds of this package's jobs: one takes new notices and sends what is due,
// one makes the letters of the day.
const (
	SendJob  = "mail.send"
	DailyJob = "mail.daily"
)

// A Sender makes letters of notices and sends them.
type Sender struct {
	Catalog *i18n.Catalog
	Post    *Post  // nil: letters are made and wait
	Base    string // public address of the pages, without a slash at its end
	Log     *slog.Logger
}

// Jobs adds the work of this package to a runner.
func (s *Sender) Jobs(r *job.Runner) {
	r.Handle(SendJob, func(ctx context.Context, d *db.DB, _ job.Job, progress func(done, total int64)) error {
		if err := gather(ctx, d); err != nil {
			return err
		}
		return s.deliver(ctx, d, progress)
	})
	r.Every(SendJob, time.Minute)
	r.Handle(DailyJob, func(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error { return bundle(ctx, d) })
	r.Daily(DailyJob, 7, 1) // after the reminders of the morning, which begin at seven
}

// failingKey is the notice that letters do not arrive, which is not sent by letter.
const failingKey = "mail.notice.failing"

// slice is how many notices or letters one transaction treats.
const slice = 200

// gather takes the notices that are new: for those who want them at once it
// makes a letter, for those who want them daily it keeps them, and to nobody else
// do they go.
func gather(ctx context.Context, d *db.DB) error {
	for more := true; more; {
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			all, err := notify.Take(ctx, tx, slice)
			if err != nil {
				return err
			}
			more = len(all) == slice
			return address(ctx, tx, all)
		}); err != nil {
			return err
		}
	}
	return nil
}

// address gives each notice to the letter of its reader, one letter a reader.
func address(ctx context.Context, tx *db.Tx, all []notify.Notice) error {
	letters := map[string]string{}
	readers := map[string]Address{}
	for _, n := range all {
		a, ok := readers[n.Account]
		if !ok {
			var err error
			if a, err = addressOf(ctx, tx, n.Account); err != nil {
				return err
			}
			readers[n.Account] = a
		}
		if !a.wants() || n.Key == failingKey {
			continue
		}
		if a.Choice == AtOnce && letters[n.Account] == "" {
			id, err := open(ctx, tx, a)
			if err != nil {
				return err
			}
			letters[n.Account] = id
		}
		if err := keep(ctx, tx, n, letters[n.Account]); err != nil {
			return err
		}
	}
	return nil
}

// open makes an empty letter of notices.
func open(ctx context.Context, tx *db.Tx, a Address) (string, error) {
	l := Letter{ID: db.NewKey(), Account: a.Account, Kind: Notices, Address: a.Address, Lang: a.Lang}
	return l.ID, insert(ctx, tx, l)
}

// bundle makes the daily letters, of what was not read in the product meanwhile.
func bundle(ctx context.Context, d *db.DB) error {
	if err := gather(ctx, d); err != nil {
		return err
	}
	if err := d.Write(ctx, forgetRead); err != nil {
		return err
	}
	for more := true; more; {
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			accounts, err := awaiting(ctx, tx, slice)
			if err != nil {
				return err
			}
			more = len(accounts) == slice
			for _, account := range accounts {
				if err := bundleOne(ctx, tx, account); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func bundleOne(ctx context.Context, tx *db.Tx, account string) error {
	a, err := addressOf(ctx, tx, account)
	if err != nil {
		return err
	}
	if !a.wants() {
		return forget(ctx, tx, account)
	}
	id, err := open(ctx, tx, a)
	if err != nil {
		return err
	}
	return putInto(ctx, tx, account, id)
}

// deliver sends what is due, one letter after the other over one conversation. A
// server that cannot be reached ends the round; the other letters wait for the
// next without losing an attempt.
func (s *Sender) deliver(ctx context.Context, d *db.DB, progress func(done, total int64)) error {
	if s.Post == nil {
		return nil
	}
	var c *gomail.Client
	defer func() { hangUp(c) }()
	for n := int64(1); ; n++ {
		l, ok, err := next(ctx, d)
		if err != nil || !ok {
			return err
		}
		m, err := s.message(ctx, l, d.Now())
		if err != nil {
			if err := s.record(ctx, d, l, verdict{state: Failed, answer: short(err.Error())}); err != nil {
				return err
			}
			continue
		}
		if c == nil {
			if c, err = s.Post.dial(ctx); err != nil {
				c = nil
				return s.record(ctx, d, l, verdict{state: Waiting, answer: short(err.Error())})
			}
		}
		v := judge(m, c.Send(m))
		if v.lost {
			hangUp(c)
			c = nil
		}
		if err := s.record(ctx, d, l, v); err != nil || v.stop {
			return err
		}
		progress(n, n)
	}
}

// hangUp ends a conversation; how it ends concerns nobody.
func hangUp(c *gomail.Client) {
	if c != nil {
		_ = c.Close()
	}
}

// staleAfter is how long after its time a letter still goes: when sending is set
// up, or the program runs again, after longer, its news is old.
const staleAfter = 3 * 24 * time.Hour

// next claims the next letter that is due and still wanted; those that are not
// are dropped.
func next(ctx context.Context, d *db.DB) (l Letter, ok bool, err error) {
	for {
		dropped := false
		err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			dropped = false
			var err error
			if l, ok, err = claim(ctx, tx); err != nil || !ok {
				return err
			}
			a, err := addressOf(ctx, tx, l.Account)
			if err != nil {
				return err
			}
			l.leave = a.leave
			stale := tx.Now.Sub(l.NextAt) > staleAfter
			if !stale && a.Address == l.Address && (l.Kind == Confirm || a.wants() && len(l.notices) > 0) {
				return nil
			}
			dropped = true
			return end(ctx, tx, l.ID, Dropped, "")
		})
		if err != nil || !dropped {
			return l, ok && err == nil, err
		}
	}
}

// record writes down what became of an attempt.
func (s *Sender) record(ctx context.Context, d *db.DB, l Letter, v verdict) error {
	if v.state != Sent {
		s.Log.WarnContext(ctx, "letter not taken", "letter", l.ID, "try", l.Tries, "state", v.state, "answer", v.answer)
	}
	// An attempt that was made is written down even while the program stops.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if v.state == Waiting && int(l.Tries) <= len(pauses) {
			return wait(ctx, tx, l.ID, tx.Now.Add(pauses[l.Tries-1]), v.answer)
		}
		if v.state == Waiting {
			v.state = Failed
		}
		if v.state == Bounced {
			first, err := setFailing(ctx, tx, l, v.answer)
			if err == nil && first {
				err = notify.Send(ctx, tx, notify.Notice{Account: l.Account, Key: failingKey, Args: []string{l.Address}, Link: "/me/mail"})
			}
			if err != nil {
				return err
			}
		}
		return end(ctx, tx, l.ID, v.state, v.answer)
	})
}
