package holiday

import (
	"context"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Day is a row: what is special about a day, and who says so.
type Day struct {
	Day    vn.Day
	Kind   Kind
	Name   string
	Source string    // the law or the announcement
	Actor  string    // who wrote it last, "" as it came with the house
	At     time.Time // when
}

const (
	maxName   = 200
	maxSource = 300
)

func (d *Day) check() error {
	w := fault.Wrong{}
	d.Name, d.Source = vn.Clean(d.Name), vn.Clean(d.Source)
	if !d.Day.Valid() {
		w.Add("day", "holiday.error.day")
	}
	if d.Kind != Off && d.Kind != Work {
		w.Add("kind", "error.needed")
	} else if d.Kind == Work && d.Day.Valid() && (Calendar{}).Works(d.Day) {
		w.Add("day", "holiday.error.weekday")
	}
	w.Text("name", d.Name, maxName, true)
	w.Text("source", d.Source, maxSource, true)
	return w.Err()
}

// Set says what is special about a day; what was said before of it is replaced.
func Set(ctx context.Context, tx *db.Tx, by auth.Actor, d Day) error {
	if err := mayKeep(by); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	if err := put(ctx, tx, by, d); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "holiday.set", string(d.Day), string(d.Kind)+" "+d.Name)
}

// Remove makes a day one like any other; one about which nothing is said is NotFound.
func Remove(ctx context.Context, tx *db.Tx, by auth.Actor, day vn.Day) error {
	if err := mayKeep(by); err != nil {
		return err
	}
	if err := remove(ctx, tx, day); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "holiday.remove", string(day), "")
}

// Missing says which days of a year are announced each year and are not among all of
// it: message keys.
func Missing(all []Day) []string {
	tet, national := false, 0
	for _, d := range all {
		if d.Kind != Off || len(d.Day) != 10 {
			continue
		}
		switch md := d.Day[5:]; {
		case md >= "01-20" && md <= "02-28": // the first day of the lunar year lies from 21/1 to 20/2
			tet = true
		case md >= "09-01" && md <= "09-03":
			national++
		}
	}
	var keys []string
	if !tet {
		keys = append(keys, "holiday.missing.tet")
	}
	if national < 2 && (len(all) == 0 || all[0].Day >= "2021") { // one day before the Code of 2019
		keys = append(keys, "holiday.missing.national")
	}
	return keys
}
