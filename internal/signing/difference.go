package signing

import (
	"context"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
)

// Before is what somebody has signed, accepted or sealed, where something else stands
// by now.
type Before struct {
	Return filing.Return
	Why    string // mine: the reader signed it; taken: the reader accepted it; sealed; accepted: somebody did
	Event  Event  // of all but sealed
}

// Shown reports whether there is such a thing.
func (b Before) Shown() bool { return b.Return.N > 0 }

// BeforeFor finds what the figures that stand are to be shown beside: what the reader
// signed or accepted last, what was sealed, or what was accepted, if that is not what
// stands.
func (c Case) BeforeFor(by auth.Actor) Before {
	now := c.Newest().N
	for _, e := range slices.Backward(c.Events) {
		if e.N > 0 && e.Login == by.Login && slices.Contains([]Kind{DidSign, DidSubmit, DidAccept}, e.Kind) {
			if e.N != now {
				b := Before{c.Numbered(e.N), "mine", e}
				if e.Kind == DidAccept {
					b.Why = "taken"
				}
				return b
			}
			break
		}
	}
	if c.Sealed.N > 0 && c.Sealed.N != now {
		return Before{Return: c.Sealed, Why: "sealed"}
	}
	if c.Report.Accepted > 0 && c.Report.Accepted != now {
		for _, e := range slices.Backward(c.Events) {
			if e.Kind == DidAccept && e.N == c.Report.Accepted {
				return Before{c.Numbered(e.N), "accepted", e}
			}
		}
	}
	return Before{}
}

// sealed finds which return stood in the last seal of the period's sheet: the newest
// whose post it holds.
func (c *Case) sealed(ctx context.Context, tx *db.Tx) error {
	at, err := tally.Where(ctx, tx, c.Round.Sheet.ID, c.Unit.ID)
	if err != nil {
		return err
	}
	n, err := returnAt(ctx, tx, c.Round.Sheet.ID, at, object(c.Round.Period.ID, c.Unit.ID)+":", c.Seal.Post)
	if err != nil || n == 0 {
		return err
	}
	c.Sealed = c.Numbered(n)
	return nil
}

// A Row is an item of a case as its page shows it.
type Row struct {
	Item         form.Item
	Was, Now     int64
	HasWas, Has  bool
	WasText, Txt string
	Waits        int64 // what waits for the secretary
	HasWaits     bool
	WaitsText    string
}

// Moved reports whether something else stands than before.
func (r Row) Moved() bool { return r.Has != r.HasWas || r.Now != r.Was || r.Txt != r.WasText }

// rows are the items that people enter, with what stands.
func (c Case) rows(b Before) (all []Row) {
	now, waits := c.Newest(), filing.Entry{}
	if w, ok := c.Waits(); ok {
		waits = w
	}
	for i, it := range c.Round.Form.Items {
		r := Row{Item: it}
		switch {
		case it.Kind == form.Text:
			r.Txt, r.WasText, r.WaitsText = c.Texts[now.N][it.Key], c.Texts[b.Return.N][it.Key], waits.Texts[it.Key]
		case it.Entered():
			r.Now, r.Has = now.Figure(i + 1)
			r.Was, r.HasWas = b.Return.Figure(i + 1)
			r.Waits, r.HasWaits = waits.Figures[it.Key]
		default:
			continue
		}
		all = append(all, r)
	}
	return all
}
