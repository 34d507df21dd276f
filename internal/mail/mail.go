// Package mail sends notices on by mail to those who want them there: each at
// once, or all of a day in one letter at seven in the morning.
//
// An address is written to only after its owner has used a code mailed to it; a
// link in every letter stops the letters. A letter is a row that says how it
// stands: waiting, sent, refused. Its making shares a transaction with the note
// of what it tells, so nothing goes out twice; its sending is a job outside of
// any transaction, tried again for about a day when the server cannot take it.
// What a server accepts and gives back later comes to the sender's mailbox, which
// the program does not read.
package mail

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	netmail "net/mail"
	"slices"
	"strings"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/notify"
	"nhipcau/internal/vn"
)

// A Choice says when somebody wants letters.
type Choice string

// The choices.
const (
	None   Choice = "none"
	AtOnce Choice = "at_once"
	Daily  Choice = "daily"
)

var choices = []Choice{None, AtOnce, Daily}

// An Address is where an account wants its notices, and how that goes.
type Address struct {
	Account   string
	Address   string // "" for none
	Choice    Choice
	Lang      i18n.Lang // of the letters
	Confirmed time.Time // zero until its owner has used the code mailed to it
	FailingAt time.Time // when a server said there is no such mailbox
	Failing   string    // in the server's words
	Version   int64     // 0 if the account has never chosen

	leave string
}

// wants reports whether notices go to a.
func (a Address) wants() bool {
	return a.Address != "" && a.Choice != None && !a.Confirmed.IsZero() && a.FailingAt.IsZero()
}

// A Form is what a person fills in about letters.
type Form struct {
	Address string
	Choice  Choice
	Lang    i18n.Lang
}

const maxAddress = 254

func (f *Form) check() error {
	f.Address = vn.Clean(f.Address)
	w := fault.Wrong{}
	if f.Address != "" && !valid(f.Address) {
		w.Add("address", "mail.error.address")
	}
	if !slices.Contains(choices, f.Choice) {
		w.Add("choice", "mail.error.choice")
	} else if f.Address == "" && f.Choice != None {
		w.Add("address", "mail.error.needed")
	}
	if !slices.Contains(i18n.Langs, f.Lang) {
		f.Lang = i18n.Langs[0]
	}
	return w.Err()
}

// valid reports whether s is a mail address as servers everywhere take it: plain
// letters, no spaces, a domain with a dot.
func valid(s string) bool {
	a, err := netmail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s || len(s) > maxAddress || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }) {
		return false
	}
	at := strings.LastIndexByte(s, '@')
	return strings.Contains(s[at:], ".")
}

// codeLife is how long a code that confirms an address works.
const codeLife = 3 * 24 * time.Hour

// maxCodes is how many codes an account may have mailed in a day: an address
// typed wrong is somebody else's.
const maxCodes = 5

// Set writes where and when by wants letters. An address that is new gets a
// letter with a one-time code, which is returned, and nothing else until the code
// is used; code is "" when nothing has to be confirmed. Too many in a day are
// Limited; version is that of the form, 0 for the first.
func Set(ctx context.Context, tx *db.Tx, by auth.Actor, version int64, f Form) (code string, err error) {
	if err := f.check(); err != nil {
		return "", err
	}
	was, err := Own(ctx, tx, by)
	if err != nil {
		return "", err
	}
	if was.Version != version {
		return "", fault.New(fault.Conflict, "error.conflict")
	}
	a := was
	a.Address, a.Choice, a.Lang = f.Address, f.Choice, f.Lang
	moved := f.Address != was.Address
	if moved {
		a.Confirmed, a.FailingAt, a.Failing = time.Time{}, time.Time{}, ""
	}
	if err := save(ctx, tx, a); err != nil {
		return "", err
	}
	if moved {
		if err := dropCodes(ctx, tx, by.Login); err != nil {
			return "", err
		}
	}
	if f.Choice == None {
		if err := forget(ctx, tx, by.Login); err != nil {
			return "", err
		}
	}
	if err := audit.Record(ctx, tx, by, "mail.address", by.Login, string(f.Choice)); err != nil {
		return "", err
	}
	if !moved || f.Address == "" {
		return "", nil
	}
	return sendCode(ctx, tx, a)
}

// Recheck mails a new code to by's address, for one that was lost or an address
// that has failed; the code is returned. Without an address it is NotFound.
func Recheck(ctx context.Context, tx *db.Tx, by auth.Actor) (code string, err error) {
	a, err := Own(ctx, tx, by)
	if err != nil {
		return "", err
	}
	if a.Address == "" {
		return "", fault.New(fault.NotFound, "error.not_found")
	}
	if err := dropCodes(ctx, tx, by.Login); err != nil {
		return "", err
	}
	return sendCode(ctx, tx, a)
}

func sendCode(ctx context.Context, tx *db.Tx, a Address) (string, error) {
	n, err := codesSince(ctx, tx, a.Account, tx.Now.AddDate(0, 0, -1))
	if err != nil {
		return "", err
	}
	if n >= maxCodes {
		return "", fault.New(fault.Limited, "mail.error.codes", maxCodes)
	}
	code := strings.ToLower(rand.Text())
	if err := setCode(ctx, tx, a.Account, hash(code), tx.Now.Add(codeLife)); err != nil {
		return "", err
	}
	return code, insert(ctx, tx, Letter{ID: db.NewKey(), Account: a.Account, Kind: Confirm, Address: a.Address, Lang: a.Lang, secret: code})
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(secret))))
	return hex.EncodeToString(sum[:])
}

// ByCode returns the address a code is for, NotFound if it is used, replaced or
// too old.
func ByCode(ctx context.Context, tx *db.Tx, code string) (Address, error) {
	return byCode(ctx, tx, hash(code))
}

// UseCode confirms the address a code was mailed to; the code works once.
// Whoever reads that mailbox may.
func UseCode(ctx context.Context, tx *db.Tx, code string) (Address, error) {
	a, err := byCode(ctx, tx, hash(code))
	if err != nil {
		return a, err
	}
	if err := dropCodes(ctx, tx, a.Account); err != nil { // one sent twice may be on its way
		return a, err
	}
	if err := setConfirmed(ctx, tx, a.Account); err != nil {
		return a, err
	}
	return a, audit.Record(ctx, tx, auth.Actor{Login: a.Account}, "mail.confirm", a.Account, "")
}

// ByLeave returns the address whose letters a link stops.
func ByLeave(ctx context.Context, tx *db.Tx, secret string) (Address, error) {
	return byLeave(ctx, tx, secret)
}

// Leave stops the letters by the link that stands in each of them; the address
// stays. Done again it changes nothing.
func Leave(ctx context.Context, tx *db.Tx, secret string) (Address, error) {
	a, err := byLeave(ctx, tx, secret)
	if err != nil || a.Choice == None {
		return a, err
	}
	a.Choice = None
	if err := save(ctx, tx, a); err != nil {
		return a, err
	}
	if err := forget(ctx, tx, a.Account); err != nil {
		return a, err
	}
	return a, audit.Record(ctx, tx, auth.Actor{Login: a.Account}, "mail.leave", a.Account, "")
}

// A Kind is what a letter is about.
type Kind string

// The kinds.
const (
	Confirm Kind = "confirm" // the code that confirms an address
	Notices Kind = "notices"
)

// A State is how a letter stands.
type State string

// The states. A bounced letter was refused for good by a server that knows no
// such mailbox; a failed one was refused for another reason or never taken; a
// dropped one was not wanted any more when its turn came.
const (
	Waiting State = "waiting"
	Sent    State = "sent"
	Failed  State = "failed"
	Bounced State = "bounced"
	Dropped State = "dropped"
)

// States are all states, in the order in which pages name them.
var States = []State{Waiting, Sent, Failed, Bounced, Dropped}

// A Letter is one message to one person.
type Letter struct {
	ID      string
	Account string
	Name    string // of the person
	Kind    Kind
	Address string
	Lang    i18n.Lang
	State   State
	At      time.Time // when it was made
	NextAt  time.Time // when it is tried
	Tries   int64
	Answer  string // what the server said last
	DoneAt  time.Time

	secret  string // code of a confirmation
	leave   string
	notices []notify.Notice
}

// MayTryAgain reports whether somebody may have l sent once more. A code is not:
// its owner has a new one mailed.
func (l Letter) MayTryAgain() bool {
	return l.Kind == Notices && (l.State == Failed || l.State == Bounced)
}

// pauses are how long a letter waits after each attempt that a server could not
// take: five within a day.
var pauses = []time.Duration{5 * time.Minute, 30 * time.Minute, 3 * time.Hour, 18 * time.Hour}

// TryAgain has a letter that failed or bounced sent once more, and its address
// counted as good until a server says otherwise. One by may not see is NotFound.
func TryAgain(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	l, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if !l.MayTryAgain() {
		return fault.New(fault.Conflict, "mail.error.state")
	}
	if err := revive(ctx, tx, l); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "mail.again", l.ID, l.Address)
}

// TryFailedAgain is TryAgain for the letters that failed, as when the server was
// away for longer than a day; at most a page of them. It returns how many.
func TryFailedAgain(ctx context.Context, tx *db.Tx, by auth.Actor) (int, error) {
	all, err := List(ctx, tx, by, Failed, 0, pageSize)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, l := range all {
		if !l.MayTryAgain() {
			continue
		}
		if err := revive(ctx, tx, l); err != nil {
			return 0, err
		}
		n++
	}
	return n, audit.Record(ctx, tx, by, "mail.again", "", "")
}

const pageSize = 100
