package filing

import (
	"context"
	"net/http"
	"slices"

	"nhipcau/internal/db"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

// A lined is an item with all that is shown of it beside each other.
type lined struct {
	Item            form.Item
	Now, Year, Last cell
	Parts           []cell // of the item's companions, in the order of the columns
	Text            string // of a text
	Signed, Moved   string // of a tally item that has moved since it was signed
	From            []form.Part
}

// A cell is a figure as it is shown: with the two it is a share of, or why there is
// none.
type cell struct {
	Text  string
	Small string
	Href  string
}

// A headed is the lines under one heading.
type headed struct {
	Name  string
	Lines []lined
}

// bookView is what a book shows on a page.
type bookView struct {
	Heads     []headed
	Parts     []string // names of the columns of companions
	HasYear   bool
	HasLast   bool
	Narrative []lined
}

// view puts a book on a page. texts are the narrative of the unit's own return.
func (b *Book) view(p web.Page, whose Whose, texts Texts) bookView {
	v := bookView{}
	v.HasYear, v.HasLast = b.HasPast()
	parts, names := b.Round.Form.Parts()
	v.Parts = names
	written := b.Written()
	for _, s := range b.Round.Form.Sections() {
		h := headed{Name: s.Name}
		for _, n := range s.Places {
			it := b.Round.Form.Items[n-1]
			switch {
			case it.Of != "":
			case it.Kind == form.Text:
				if whose.All {
					continue
				}
				v.Narrative = append(v.Narrative, lined{Item: it, Text: b.Round.Reads(texts[it.Key]).String(written)})
			default:
				h.Lines = append(h.Lines, b.lined(p, whose, it, n, parts))
			}
		}
		if len(h.Lines) > 0 {
			v.Heads = append(v.Heads, h)
		}
	}
	return v
}

func (b *Book) lined(p web.Page, whose Whose, it form.Item, n int, parts []string) lined {
	x := lined{Item: it, Now: b.cell(p, whose, it, b.Now(it.Key))}
	year, last := b.HasPast()
	if year {
		x.Year = b.cell(p, whose, it, b.Year(it.Key))
	}
	if last {
		x.Last = b.cell(p, whose, it, b.LastYear(it.Key))
	}
	if whose.All && it.Entered() && x.Now.Text != "" {
		x.Now.Href = tally.Href(b.Round.Sheet.ID, whose.Unit.Key, lane(n), true)
		if b.now.ends != nil && extreme(it) {
			x.Now.Small, x.Now.Href = b.End(it.Key)
		}
	}
	for _, part := range parts {
		c := cell{}
		if at := slices.IndexFunc(b.Round.Form.Items, func(i form.Item) bool { return i.Of == it.Key && i.Part == part }); at >= 0 {
			of := b.Round.Form.Items[at]
			if c = b.cell(p, whose, of, b.Now(of.Key)); whose.All && c.Text != "" {
				c.Href = tally.Href(b.Round.Sheet.ID, whose.Unit.Key, lane(at+1), true)
			}
		}
		x.Parts = append(x.Parts, c)
	}
	now, _ := b.Counted(it.Key)
	x.From = now.Parts
	if was, ok := b.Signed(it.Key); ok && was.N != now.N {
		x.Signed, x.Moved = p.Int(was.N), p.Int(now.N-was.N)
		if now.N > was.N {
			x.Moved = "+" + x.Moved
		}
	}
	return x
}

// cell writes a value, or why there is none.
func (b *Book) cell(p web.Page, whose Whose, it form.Item, v formula.Value) cell {
	if !v.Is() {
		if it.Entered() && v.Why.Key != "filing.why.ends" {
			return cell{}
		}
		return cell{Small: p.Text(v.Why)}
	}
	units := formula.Units(v.X, it.Decimals)
	if !units.IsInt64() {
		return cell{Small: p.T("formula.why.large")}
	}
	c := cell{Text: it.Write(units.Int64())}
	if it.Kind == form.YesNo && !whose.All {
		c.Text = p.T("filing.no")
		if units.Int64() == 1 {
			c.Text = p.T("filing.yes")
		}
	} else if v.Of[0] != nil {
		num, den := formula.Units(v.Of[0], 0), formula.Units(v.Of[1], 0)
		if num.IsInt64() && den.IsInt64() {
			c.Small = p.Int(num.Int64()) + "/" + p.Int(den.Int64())
		}
	}
	return c
}

// reportPage is what a unit and all under it have returned, as one report.
type reportPage struct {
	web.Page
	Round Round
	Unit  org.Unit
	Row   Row
	Book  bookView
}

func (s *server) report(w http.ResponseWriter, r *http.Request) error {
	p := reportPage{Page: s.site.Page(r, "filing.report")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Round, err = GetRound(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, p.Row, _, _, err = p.Round.Table(ctx, tx, p.Actor, r.PathValue("key"), 0, 0); err != nil {
			return err
		}
		whose := Whose{Unit: p.Unit, All: true}
		b, err := p.Round.Open(ctx, tx, p.Actor, s.sources, whose)
		if err == nil {
			p.Book = b.view(p.Page, whose, nil)
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Title = p.Unit.Name
	return web.Render(w, r, http.StatusOK, reportView(p))
}
