// Package draft is the text of a paper while it is being written: saved as it is
// typed, by several people, frozen as numbered versions ("Dự thảo lần 2") and
// compared word by word. What the text is of is opaque to it, as the occasion of a
// roll is: slices above say who may write and what follows from a save (see Owner).
//
// Nobody's text is lost. Whoever saves says from which text they began; what others
// have changed meanwhile in other paragraphs is put together with it, and where both
// have changed the same one it is a Conflict: the text that stands stays, and what
// was typed is kept aside for the person until they have looked. Every text that was
// saved stays readable.
package draft

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/live"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
)

// Of names what a draft is the text of.
type Of struct{ Kind, ID string }

// topic is where open pages hear of the draft.
func (of Of) topic() string { return "draft/" + of.Kind + "-" + of.ID }

// Path returns where the text is written.
func (of Of) Path() string { return "/drafts/" + of.Kind + "/" + of.ID }

// An Owner is a slice whose records have a text.
type Owner struct {
	Kind string // of Of
	// May returns the record as by sees it, or NotFound.
	May func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Subject, error)
	// Saved is told of a text that now stands, in the transaction of the save, and
	// may refuse it. It is nil if nothing follows.
	Saved func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, text prose.Doc) error
}

// A Subject is the record that a draft is of, as somebody sees it.
type Subject struct {
	Of
	Title, Href string
	Unit        int64     // whose it is
	Closed      error     // why the person may not change the text; nil if they may
	First       prose.Doc // with what the text begins

	saved func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, text prose.Doc) error
}

// Owners are all slices whose records have a text.
type Owners []Owner

// Find returns the record that by sees; NotFound is for all others.
func (o Owners) Find(ctx context.Context, tx *db.Tx, by auth.Actor, of Of) (Subject, error) {
	for _, owner := range o {
		if owner.Kind == of.Kind {
			s, err := owner.May(ctx, tx, by, of.ID)
			s.Of, s.saved = of, owner.Saved
			return s, err
		}
	}
	return Subject{}, fault.New(fault.NotFound, "error.not_found")
}

// A Text is a text as it was saved. N rises with each save.
type Text struct {
	N     int64
	Doc   prose.Doc
	Actor string // login
	Name  string // of who saved it
	At    time.Time
}

// A Version is a text that was frozen: "Dự thảo lần V".
type Version struct {
	V     int64
	Note  string
	N     int64 // of the text
	Doc   prose.Doc
	Hash  string // SHA-256 of the text as it is kept
	Name  string // of who froze it
	At    time.Time
	Whole bool // the hash is still that of the text
}

const maxNote = 300

// sitting is how long the saves of one person replace each other.
const sitting = 10 * time.Minute

// Get returns the text that stands; N is 0 and the text is the subject's First where
// nothing was saved yet.
func Get(ctx context.Context, tx *db.Tx, s Subject) (Text, error) {
	t, ok, err := standing(ctx, tx, s.Of)
	if err == nil && !ok {
		t = Text{Doc: s.First.Clean()}
	}
	return t, err
}

// Begin makes the text of a record, if it has none, of what it begins with.
func Begin(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject) (Text, error) {
	t, ok, err := standing(ctx, tx, s.Of)
	if err != nil || ok {
		return t, err
	}
	if s.Closed != nil {
		return t, s.Closed
	}
	if err := Put(ctx, tx, by, s.Of, s.First); err != nil {
		return t, err
	}
	t, _, err = standing(ctx, tx, s.Of)
	return t, err
}

// Put makes text the one that stands, for an owner whose own pages have changed what
// it says. The owner has asked whether by may, and is not told.
func Put(ctx context.Context, tx *db.Tx, by auth.Actor, of Of, text prose.Doc) error {
	text = text.Clean()
	if err := text.Check(); err != nil {
		return err
	}
	return keep(ctx, tx, by, of, text, false)
}

// Save makes text the one that stands; it was made from base, of which it need not
// be known any more how it read. What others have saved meanwhile is put together
// with it, so the text that is returned may say more. Where both have changed one
// paragraph it is a Conflict, and nothing changes.
func Save(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, n int64, base prose.Base, text prose.Doc) (Text, error) {
	if s.Closed != nil {
		return Text{}, s.Closed
	}
	text = text.Clean()
	if err := text.Check(); err != nil {
		return Text{}, err
	}
	now, err := Get(ctx, tx, s)
	if err != nil {
		return Text{}, err
	}
	if now.N != n {
		merged, ok := prose.Merge(base, text, now.Doc)
		if !ok {
			return Text{}, fault.New(fault.Conflict, "draft.error.changed", now.Name)
		}
		if err := merged.Check(); err != nil {
			return Text{}, err
		}
		text = merged
	}
	return s.stand(ctx, tx, by, now, text, false)
}

// Replace makes a text that came from outside the one that stands, in the place of
// the one that was saved as n, which it returns too; paragraphs that both have keep
// their ids. What stood is kept as a text of its own.
func Replace(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, n int64, text prose.Doc) (was, now Text, err error) {
	if was, err = s.replaceable(ctx, tx, by, n); err != nil {
		return was, now, err
	}
	text = text.Inherit(was.Doc)
	if err := text.Check(); err != nil {
		return was, now, err
	}
	now, err = s.stand(ctx, tx, by, was, text, true)
	return was, now, err
}

// Restore makes a text that was saved or frozen before the one that stands, in the
// place of the one that was saved as n, which is kept.
func Restore(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, n int64, text prose.Doc) error {
	was, err := s.replaceable(ctx, tx, by, n)
	if err == nil {
		_, err = s.stand(ctx, tx, by, was, text, true)
	}
	return err
}

// replaceable returns the text that stands, if by may put another in its place and
// nobody has saved since n.
func (s Subject) replaceable(ctx context.Context, tx *db.Tx, by auth.Actor, n int64) (Text, error) {
	if s.Closed != nil {
		return Text{}, s.Closed
	}
	t, err := Get(ctx, tx, s)
	if err != nil {
		return t, err
	}
	if t.N != n {
		return t, fault.New(fault.Conflict, "draft.error.newer", t.Name)
	}
	return Begin(ctx, tx, by, s)
}

// stand makes text the one that stands in the place of now.
func (s Subject) stand(ctx context.Context, tx *db.Tx, by auth.Actor, now Text, text prose.Doc, apart bool) (Text, error) {
	if now.N > 0 && text.Equal(now.Doc) {
		return now, nil
	}
	if err := keep(ctx, tx, by, s.Of, text, apart); err != nil {
		return Text{}, err
	}
	if s.saved != nil {
		if err := s.saved(ctx, tx, by, s.ID, text); err != nil {
			return Text{}, err
		}
	}
	t, _, err := standing(ctx, tx, s.Of)
	return t, err
}

func keep(ctx context.Context, tx *db.Tx, by auth.Actor, of Of, text prose.Doc, apart bool) error {
	raw, err := json.Marshal(text)
	if err != nil {
		return err
	}
	if err := insertText(ctx, tx, by, of, string(raw), apart); err != nil {
		return err
	}
	live.Touch(tx, of.topic())
	return nil
}

// Aside keeps what by has typed and could not save. The verb that refused it wrote
// nothing; this is called in a transaction of its own.
func Aside(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, base prose.Base, text prose.Doc) error {
	text = text.Clean()
	if err := text.Check(); err != nil {
		return err
	}
	raw, err := json.Marshal(text)
	if err != nil {
		return err
	}
	return insertAside(ctx, tx, by, s.Of, base.String(), string(raw))
}

// Kept is what somebody typed and could not save.
type Kept struct {
	Doc  prose.Doc
	Base prose.Base
	At   time.Time
}

// AsideOf returns what by has typed and could not save; it is not ok if there is none.
func AsideOf(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject) (Kept, bool, error) {
	return aside(ctx, tx, s.Of, by.Login)
}

// Clash is what by has typed and could not save, beside the text that stands.
type Clash struct {
	Kept
	Now     Text
	Merged  prose.Doc // as picked
	Clashes []prose.Clash
}

// ClashOf puts what by has typed and could not save together with the text that
// stands, as picked where both have changed a paragraph. It is NotFound if there is
// none.
func ClashOf(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, picks map[string]prose.Pick) (Clash, error) {
	var c Clash
	var ok bool
	var err error
	if c.Kept, ok, err = AsideOf(ctx, tx, by, s); err != nil {
		return c, err
	}
	if !ok {
		return c, fault.New(fault.NotFound, "error.not_found")
	}
	if c.Now, err = Get(ctx, tx, s); err != nil {
		return c, err
	}
	c.Merged, c.Clashes = prose.Settle(c.Base, c.Doc, c.Now.Doc, picks)
	return c, nil
}

// Take makes what by has typed and could not save part of the text that stands, as
// picked for the text that was saved as n.
func Take(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, n int64, picks map[string]prose.Pick) error {
	if s.Closed != nil {
		return s.Closed
	}
	c, err := ClashOf(ctx, tx, by, s, picks)
	if err != nil {
		return err
	}
	if c.Now.N != n {
		return fault.New(fault.Conflict, "draft.error.newer", c.Now.Name)
	}
	c.Merged = c.Merged.Clean()
	if err := c.Merged.Check(); err != nil {
		return err
	}
	if _, err := s.stand(ctx, tx, by, c.Now, c.Merged, true); err != nil {
		return err
	}
	return Drop(ctx, tx, by, s)
}

// Drop throws away what by has typed and could not save.
func Drop(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject) error {
	return dropAside(ctx, tx, s.Of, by.Login)
}

// Name freezes the text that stands as the next version. It is a Conflict if the
// text has been changed since n, or nothing has since the last version.
func Name(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, n int64, note string) (Version, error) {
	if s.Closed != nil {
		return Version{}, s.Closed
	}
	wrong := fault.Wrong{}
	note = vn.Clean(note)
	wrong.Text("note", note, maxNote, false)
	if err := wrong.Err(); err != nil {
		return Version{}, err
	}
	t, err := Get(ctx, tx, s)
	if err != nil {
		return Version{}, err
	}
	if len(t.Doc.Blocks) == 0 {
		return Version{}, fault.New(fault.Conflict, "draft.error.empty")
	}
	if t.N != n {
		return Version{}, fault.New(fault.Conflict, "draft.error.newer", t.Name)
	}
	if t, err = Begin(ctx, tx, by, s); err != nil {
		return Version{}, err
	}
	last, err := lastVersion(ctx, tx, s.Of)
	if err != nil {
		return Version{}, err
	}
	raw, err := json.Marshal(t.Doc)
	if err != nil {
		return Version{}, err
	}
	if last.V > 0 && last.Hash == sum(raw) {
		return Version{}, fault.New(fault.Conflict, "draft.error.same", last.V)
	}
	if err := insertVersion(ctx, tx, by, s.Of, Version{V: last.V + 1, Note: note, N: t.N, Hash: sum(raw)}, string(raw)); err != nil {
		return Version{}, err
	}
	if err := audit.Record(ctx, tx, by, "draft.version", s.Kind+" "+s.ID, sum(raw)); err != nil {
		return Version{}, err
	}
	live.Touch(tx, s.topic())
	return VersionOf(ctx, tx, s, last.V+1)
}

func sum(raw []byte) string {
	h := sha256.Sum256(raw)
	return hex.EncodeToString(h[:])
}
