package figures

import (
	"context"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

// sealPage shows what a sheet was when it was signed, what it is now, and the
// difference, for the part of the tree that the reader sees.
type sealPage struct {
	web.Page
	Sheet   tally.Sheet
	Before  tally.Sheet // the part it goes on from, if any
	Unit    org.Unit
	What    string       // names the thing counted
	Href    string       // its page, "" if there is none
	Seals   []tally.Seal // the newest first
	Lines   []sealLine
	Sealed  bool // somebody signed it
	MaySeal bool
	Wrong   fault.Text
}

// sealLine is one lane, as signed and as it stands.
type sealLine struct {
	Lane, Text   string
	Signed, Now  int64
	Was, Present bool
}

func (l sealLine) moved() int64 { return l.Now - l.Signed }

func (s *server) seals(w http.ResponseWriter, r *http.Request) error {
	return s.sealPage(w, r, nil)
}

func (s *server) sealPage(w http.ResponseWriter, r *http.Request, failed error) error {
	p := sealPage{Page: s.site.Page(r, "tally.seals")}
	status := http.StatusOK
	if failed != nil {
		f := fault.Of(failed)
		if f.Kind != fault.Conflict {
			return failed
		}
		status, p.Wrong = web.Status(failed), f.Text
	}
	id, _ := strconv.ParseInt(r.PathValue("sheet"), 10, 64) // a bad number is no sheet
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error { return s.readSeals(ctx, tx, &p, id) })
	if err != nil {
		return err
	}
	p.Page = p.WithCrumb(p.Href, p.What).WithCrumb("", p.Title)
	return web.Render(w, r, status, sealView(p))
}

// readSeals fills the page in. Who does not see the sheet's root is shown the
// figures of their own unit, and nothing if that has no part in it.
func (s *server) readSeals(ctx context.Context, tx *db.Tx, p *sealPage, id int64) (err error) {
	if p.Sheet, err = tally.See(ctx, tx, p.Actor, id); err != nil {
		return err
	}
	kind := s.kinds[p.Sheet.Kind]
	if kind == nil {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if p.Unit, err = org.See(ctx, tx, p.Actor, p.Sheet.Root); fault.Is(err, fault.NotFound) {
		p.Unit, err = org.See(ctx, tx, p.Actor, p.Actor.Unit)
	}
	if err != nil {
		return err
	}
	if on, err := tally.On(ctx, tx, id, p.Unit.ID); err != nil || !on {
		return notHere(err)
	}
	if p.What, p.Href, err = s.counted(ctx, tx, p.Page, p.Sheet, p.Unit); err != nil {
		return err
	}
	if p.Before, err = tally.Before(ctx, tx, id); err != nil {
		return err
	}
	all, err := tally.Seals(ctx, tx, id)
	if err != nil {
		return err
	}
	var signed tally.Vec
	for _, l := range all {
		p.Seals = append([]tally.Seal{l}, p.Seals...)
		if _, signed, err = tally.At(ctx, tx, id, p.Unit.ID, l.Post); err != nil {
			return err
		}
		p.Sealed = p.Sealed || !l.Reform
	}
	now, err := tally.Total(ctx, tx, id, p.Unit.ID)
	if err != nil {
		return err
	}
	p.MaySeal = p.Sheet.Next == 0 && tally.MaySeal(ctx, tx, p.Actor, p.Sheet) == nil
	for _, name := range kind.Lanes {
		l := kind.Lane(name)
		if !now.Has(l) && !signed.Has(l) {
			continue
		}
		line := sealLine{name, p.T("tally.lane." + kind.Name + "." + name), signed.Get(l), now.Get(l), signed.Has(l), now.Has(l)}
		if kind.Named != nil {
			named, err := kind.Named(ctx, tx, p.Sheet, name, now)
			if err != nil {
				return err
			}
			line.Text = p.Text(named.What)
		}
		p.Lines = append(p.Lines, line)
	}
	return nil
}

// counted says what a sheet counts and where that is shown to who looks at
// unit: by its title, and by its sort alone, without an address, to who sees the
// figures and not the thing itself.
func (s *server) counted(ctx context.Context, tx *db.Tx, p web.Page, sheet tally.Sheet, unit org.Unit) (what, href string, err error) {
	src := s.sources[sheet.Kind]
	if src.Label != nil {
		what = src.Label(p, sheet.Source)
	}
	if src.Href != nil {
		href = src.Href(sheet.Source, unit.Key, "")
	}
	if what == "" {
		what = p.T("tally.sheet." + sheet.Kind)
	}
	if src.Name == nil {
		return what, href, nil
	}
	name, err := src.Name(ctx, tx, p.Actor, sheet.Source)
	switch {
	case fault.Is(err, fault.NotFound):
		return what, "", nil
	case err == nil && name != "":
		what = name
	}
	return what, href, err
}

func notHere(err error) error {
	if err == nil {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return err
}

func (s *server) seal(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	id, _ := strconv.ParseInt(r.PathValue("sheet"), 10, 64) // a bad number is no sheet
	var kind, office string
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		sheet, err := tally.See(ctx, tx, by, id)
		if err != nil {
			return err
		}
		kind = sheet.Kind
		office, err = org.OfficeOf(ctx, tx, by)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := tally.SealSheet(r.Context(), s.db, by, id, office, s.recounts[kind]); err != nil {
		return s.sealPage(w, r, err)
	}
	return web.SeeSaid(w, r, "tally.said.sealed", "%s", tally.SheetHref(id))
}
