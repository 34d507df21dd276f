package target

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/vn"
)

// Layout is the table of what units are given.
func Layout() intake.Layout {
	return intake.Layout{Name: "giao-chi-tieu", Sheet: "Giao chỉ tiêu", Columns: []intake.Column{
		{Key: "unit", Names: []string{"Mã đơn vị", "Unit code", "Mã"}, Form: intake.Code, Needed: true, Example: "tccs-01", Note: "target.import.note.unit"},
		{Key: "value", Names: []string{"Chỉ tiêu giao", "Target", "Chỉ tiêu"}, Example: "120", Note: "target.import.note.value"},
		{Key: "name", Names: []string{"Đơn vị", "Unit", "Tên đơn vị"}, Example: "Xã Một", Note: "target.import.note.name"},
	}}
}

// Import hands down what a table gives each unit: all of it or, where a row is bad or
// dry is true, nothing. An empty cell says nothing about its unit.
func Import(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string, seen int64, t intake.Table, reason string, dry bool) (intake.Outcome, error) {
	target, own, err := handing(ctx, tx, by, id, unitKey)
	if err != nil {
		return intake.Outcome{}, err
	}
	offers, err := Offers(ctx, tx, by, nil, target, own.Unit, Typed, 0)
	if err != nil {
		return intake.Outcome{}, err
	}
	out, shares := workOut(t, offers, target.Decimals)
	if out.Changed > 0 && vn.CleanText(reason) == "" && len(out.Bad) == 0 {
		return out, wrong("reason", "error.needed")
	}
	if dry || len(out.Bad) > 0 {
		return out, nil
	}
	return out, Hand(ctx, tx, by, id, unitKey, seen, shares, reason)
}

// workOut says what a table would change in what units have.
func workOut(t intake.Table, offers []Offer, decimals int) (out intake.Outcome, shares []Share) {
	units := make(map[string]Offer, len(offers))
	for _, o := range offers {
		units[o.Key] = o
	}
	out.Bad = append(out.Bad, t.Bad...)
	lines := map[string]int{}
	for _, r := range t.Rows {
		key, typed := r.Get("unit"), r.Get("value")
		if typed == "" {
			continue
		}
		o, known := units[key]
		x, ok := ParseValue(typed, decimals)
		line, twice := lines[key]
		lines[key] = r.Line
		switch {
		case !known:
			out.Bad = append(out.Bad, r.Wrong("unit", "target.error.unit"))
		case twice:
			out.Bad = append(out.Bad, r.Wrong("unit", "target.import.twice", key, line))
		case !ok:
			out.Bad = append(out.Bad, r.Wrong("value", "target.error.share"))
		case o.Had.Version == 0:
			out.New++
			shares = append(shares, Share{o.ID, x})
		case o.Had.Value == x:
			out.Same++
		default:
			out.Changed++
			shares = append(shares, Share{o.ID, x})
		}
	}
	intake.SortBad(out.Bad)
	return out, shares
}

// readTable reads a file as a table of shares.
func readTable(b []byte) (intake.Table, error) {
	if len(b) == 0 {
		return intake.Table{}, wrong("file", "target.error.file")
	}
	t, err := intake.Read(b, Layout())
	if fault.Is(err, fault.Invalid) && len(fault.Of(err).Fields) == 0 {
		text := fault.Of(err).Text
		return t, wrong("file", text.Key, text.Args...)
	}
	return t, err
}
