package opinion

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/prose"
)

// What a consultation asks of the draft is here. The version asked about may be read by
// everybody who sees the consultation; the draft as it stands now by those who see the
// record that it is of.

// kept names the draft of a consultation.
func (c Consultation) kept() draft.Subject {
	return draft.Subject{Of: draft.Of{Kind: c.OwnerKind, ID: c.OwnerID}}
}

// Text returns the text a consultation asks about. The caller has seen the
// consultation.
func Text(ctx context.Context, tx *db.Tx, c Consultation) (prose.Doc, error) {
	v, err := draft.VersionOf(ctx, tx, c.kept(), c.N)
	return v.Doc, err
}

// Current returns the draft as it stands now.
func Current(ctx context.Context, tx *db.Tx, c Consultation) (prose.Doc, error) {
	t, err := draft.Get(ctx, tx, c.kept())
	return t.Doc, err
}

// saveText saves the draft as it stands now with a change of by's, and returns the
// number of the save.
func saveText(ctx context.Context, tx *db.Tx, owners draft.Owners, by auth.Actor, c Consultation, change func(now prose.Doc) (prose.Doc, error)) (int64, error) {
	s, err := owners.Find(ctx, tx, by, c.kept().Of)
	if err != nil {
		return 0, err
	}
	now, err := draft.Get(ctx, tx, s)
	if err != nil {
		return 0, err
	}
	d, err := change(now.Doc)
	if err != nil {
		return 0, err
	}
	t, err := draft.Save(ctx, tx, by, s, now.N, prose.BaseOf(now.Doc), d)
	return t.N, err
}
