package imports

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/intake"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// FigureLayout is the table of past figures: what units have declared on paper.
func FigureLayout() intake.Layout {
	return intake.Layout{Name: "so-lieu", Sheet: "Số liệu", Columns: []intake.Column{
		{Key: "unit", Names: []string{"Mã đơn vị", "Unit code", "Mã"}, Form: intake.Code, Needed: true, Example: "tccs-01", Note: "imports.note.unit"},
		{Key: "held", Names: []string{"Ngày tổ chức", "Held on"}, Form: intake.Day, Needed: true, Example: "20/10/2020", Note: "imports.note.held"},
		{Key: "attended", Names: []string{"Số lượt", "Attendances"}, Form: intake.Whole, Needed: true, Example: "45", Note: "imports.note.attended"},
		{Key: "persons", Names: []string{"Số người", "Persons"}, Form: intake.Whole, Needed: true, Example: "42", Note: "imports.note.persons"},
		{Key: "signer", Names: []string{"Người ký", "Signer"}, Needed: true, Example: "Nguyễn Văn A", Note: "imports.note.signer"},
		{Key: "paper", Names: []string{"Văn bản", "Paper"}, Needed: true, Example: "Báo cáo số 15 ngày 30/10/2020", Note: "imports.note.paper"},
	}}
}

// importFigures declares past figures of units to a rollout, row by row by its
// own verb. Where a row is bad the caller undoes the others.
func importFigures(ctx context.Context, tx *db.Tx, by auth.Actor, id string, t intake.Table, _ bool) (intake.Outcome, error) {
	r, err := rollout.Get(ctx, tx, by, id)
	if err != nil {
		return intake.Outcome{}, err
	}
	if r.State != rollout.Open {
		return intake.Outcome{}, fault.New(fault.Conflict, "rollout.error.not_open")
	}
	out, lines := intake.Outcome{Bad: slices.Clone(t.Bad)}, map[string]int{}
	for _, row := range t.Rows {
		unit := row.Get("unit")
		if line, twice := lines[unit]; twice {
			out.Bad = append(out.Bad, row.Wrong("unit", "imports.bad.twice", unit, line))
			continue
		}
		lines[unit] = row.Line
		same, bad, err := declare(ctx, tx, by, id, row)
		switch {
		case err != nil:
			return intake.Outcome{}, err
		case len(bad) > 0:
			out.Bad = append(out.Bad, bad...)
		case same:
			out.Same++
		default:
			out.New++
		}
	}
	intake.SortBad(out.Bad)
	return out, nil
}

// declare enters one row, unless it stands as it is.
func declare(ctx context.Context, tx *db.Tx, by auth.Actor, id string, row intake.Row) (same bool, bad []intake.Bad, err error) {
	unit := row.Get("unit")
	f := follow.DeclarationForm{
		HeldDay: vn.Day(row.Get("held")), Attended: whole(row.Get("attended")), Persons: whole(row.Get("persons")), Signer: row.Get("signer"), Paper: row.Get("paper"),
	}
	d, err := follow.Declared(ctx, tx, by, id, unit)
	if fault.Is(err, fault.NotFound) {
		return false, []intake.Bad{row.Wrong("unit", "imports.bad.unit", unit)}, nil
	}
	if err != nil {
		return false, nil, err
	}
	if d.ID != "" {
		if d.HeldDay == f.HeldDay && d.Attended == f.Attended && d.Persons == f.Persons && d.Signer == f.Signer && d.Paper == f.Paper {
			return true, nil, nil
		}
		return false, []intake.Bad{row.Wrong("unit", "imports.bad.declared", d.Paper)}, nil
	}
	err = follow.Declare(ctx, tx, by, id, unit, f, file.Blob{})
	if err == nil {
		return false, nil, nil
	}
	switch what := fault.Of(err); what.Kind {
	case fault.Invalid:
		for _, field := range slices.Sorted(maps.Keys(what.Fields)) {
			bad = append(bad, row.Wrong(field, what.Fields[field].Key, what.Fields[field].Args...))
		}
		return false, bad, nil
	case fault.Conflict, fault.Denied:
		return false, []intake.Bad{row.Wrong("unit", cmp.Or(what.Key, "error.conflict"), what.Args...)}, nil
	}
	return false, nil, err
}

// whole reads a number that the layout has let through.
func whole(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}
