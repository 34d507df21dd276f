// Package allot hands a target down: among the units directly under one, in equal
// shares, after a figure of theirs, as typed or by a table.
package allot

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/target"
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
func Import(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string, seen int64, table intake.Table, reason string, dry bool) (intake.Outcome, error) {
	t, own, err := target.Handing(ctx, tx, by, id, unitKey)
	if err != nil {
		return intake.Outcome{}, err
	}
	offers, err := target.Offers(ctx, tx, by, nil, t, own.Unit, target.Typed, 0)
	if err != nil {
		return intake.Outcome{}, err
	}
	out, shares := workOut(table, offers, t.Decimals)
	if out.Changed > 0 && vn.CleanText(reason) == "" && len(out.Bad) == 0 {
		return out, target.Wrong("reason", "error.needed")
	}
	if dry || len(out.Bad) > 0 {
		return out, nil
	}
	return out, target.Hand(ctx, tx, by, id, unitKey, seen, shares, reason)
}

// workOut says what a table would change in what units have.
func workOut(t intake.Table, offers []target.Offer, decimals int) (out intake.Outcome, shares []target.Share) {
	units := make(map[string]target.Offer, len(offers))
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
		x, ok := target.ParseValue(typed, decimals)
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
			shares = append(shares, target.Share{Unit: o.ID, Value: x})
		case o.Had.Value == x:
			out.Same++
		default:
			out.Changed++
			shares = append(shares, target.Share{Unit: o.ID, Value: x})
		}
	}
	intake.SortBad(out.Bad)
	return out, shares
}

// readTable reads a file as a table of shares.
func readTable(b []byte) (intake.Table, error) {
	if len(b) == 0 {
		return intake.Table{}, target.Wrong("file", "target.error.file")
	}
	t, err := intake.Read(b, Layout())
	if fault.Is(err, fault.Invalid) && len(fault.Of(err).Fields) == 0 {
		text := fault.Of(err).Text
		return t, target.Wrong("file", text.Key, text.Args...)
	}
	return t, err
}
