package org

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/intake"
)

// BenchmarkImport imports 100,000 units, then 100,000 members, from the bytes of
// a file to the commit, and the same files again. An import takes at most so many
// times what the bare rows of 100,000 members and memberships take, in the same
// database and the same minute.
func BenchmarkImport(b *testing.B) {
	const (
		n    = 100_000
		most = 15
	)
	var units, members strings.Builder
	units.WriteString(unitHead)
	members.WriteString(memberHead)
	for i := range n {
		above := "a"
		if i >= 100 {
			above = fmt.Sprintf("u-%06d", i/10-10)
		}
		fmt.Fprintf(&units, "u-%06d;Chi đoàn số %d;;chi đoàn;%s;26/3/2020;;12-QĐ/ĐK\n", i, i, above)
		fmt.Fprintf(&members, "m-%06d;Nguyễn Thị Hồng Ánh %d;u-%06d;26/3/2020;;;0905 %06d;m%d@example.vn;;\n", i, i, i/20, i, i)
	}
	for b.Loop() {
		d, by := orchard(b)
		limit := most * bare(b, d, by, n)
		for _, c := range []struct {
			name   string
			layout intake.Layout
			f      verb
			text   string
		}{{"units", UnitLayout(), ImportUnits, units.String()}, {"members", MemberLayout(), ImportMembers, members.String()}} {
			begun := time.Now()
			got, err := run(b, d, by, c.layout, c.f, c.text, false)
			if err != nil || got.New != n {
				b.Fatal(told(got), err)
			}
			took := time.Since(begun).Seconds()
			b.ReportMetric(took, c.name+"_s")
			if took > limit {
				b.Errorf("%s: %.1f s, %d times the bare rows are %.1f s", c.name, took, most, limit)
			}
			begun = time.Now()
			if got, err = run(b, d, by, c.layout, c.f, c.text, false); err != nil || got.Same != n {
				b.Fatal(told(got), err)
			}
			b.ReportMetric(time.Since(begun).Seconds(), c.name+"_again_s")
		}
		b.ReportMetric(limit/most, "bare_s")
	}
}

// bare is the time that the bare rows of n members take.
func bare(b *testing.B, d *db.DB, by auth.Actor, n int) float64 {
	begun := time.Now()
	err := d.Write(b.Context(), func(ctx context.Context, tx *db.Tx) error {
		all := make([]*memberRow, n)
		u, err := Get(ctx, tx, by, "a")
		if err != nil {
			return err
		}
		for i := range all {
			all[i] = &memberRow{id: tx.NewID(), form: NewMember{Key: fmt.Sprint("bare-", i), Name: "A", From: "2020-01-01"}}
			all[i].unit.Unit = u
		}
		return insertMembers(ctx, tx, all)
	})
	if err != nil {
		b.Fatal(err)
	}
	return time.Since(begun).Seconds()
}
