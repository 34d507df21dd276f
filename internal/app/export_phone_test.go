package app

import (
	"context"
	"fmt"
	"testing"

	"nhipcau/internal/attendance"
	"nhipcau/internal/db"
)

// Name gives the people of a gathering names of their own, and their units.
func (g *Gathering) Name(t testing.TB) {
	t.Helper()
	family := []string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ"}
	middle := []string{"Văn", "Thị", "Hữu", "Ngọc", "Thanh", "Minh", "Thị Thu"}
	given := []string{"Vân", "Vinh", "Vũ", "Vy", "Đức", "Hà", "Lan", "Sơn", "Thảo", "Tuấn", "Yến", "Ánh", "Đạt"}
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for i, id := range g.IDs {
			name := family[i%len(family)] + " " + middle[i%len(middle)] + " " + given[i%len(given)]
			if err := tx.Exec(ctx, `UPDATE member SET name = $1 WHERE id = $2`, name, id); err != nil {
				return err
			}
		}
		for i, id := range g.Homes {
			if i > 0 && g.Homes[i-1] == id {
				continue
			}
			name := fmt.Sprintf("Chi bộ Khu phố %d phường Lái Thiêu", i+1)
			if err := tx.Exec(ctx, `UPDATE unit_name SET name = $1, short = $1 WHERE unit = $2`, name, id); err != nil {
				return err
			}
		}
		return tx.Exec(ctx, `UPDATE site SET name = 'Điểm cầu Đảng ủy phường Lái Thiêu' WHERE conference = $1`, g.ID)
	}); err != nil {
		t.Fatal(err)
	}
}

// There is how many of a gathering are there.
func (g *Gathering) There(t testing.TB) (n int) {
	t.Helper()
	if err := g.house.h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.One(ctx, `SELECT count(*) FROM attendance WHERE occasion = $1 AND state IN ('present', 'online')`, []any{g.ID}, &n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// Call sets the roll calls of a gathering: two of them, both needed, and check-out.
func (g *Gathering) Call(t testing.TB, first, second string) {
	t.Helper()
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return attendance.SetCalls(ctx, tx, g.ID, attendance.Rule{Need: 2, Checkout: true}, []attendance.Call{{N: 1, Name: "Đầu giờ", At: first}, {N: 2, Name: "Cuối giờ", At: second}})
	}); err != nil {
		t.Fatal(err)
	}
}

// Empty takes everybody off the list.
func (g *Gathering) Empty(t testing.TB) {
	t.Helper()
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `DELETE FROM attendance WHERE occasion = $1`, g.ID)
	}); err != nil {
		t.Fatal(err)
	}
}

// Facts are the states and roll calls of the facts of a gathering, in the order of their ids.
func (g *Gathering) Facts(t testing.TB) (all []string) {
	t.Helper()
	if err := g.house.h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = db.All(ctx, tx, func(r db.Scanner) (string, error) {
			var state string
			var call, n int64
			err := r.Scan(&state, &call, &n)
			return fmt.Sprint(state, " ", call, " ", n), err
		}, `SELECT state, call, n FROM attendance_fact WHERE occasion = $1 ORDER BY id`, g.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}
