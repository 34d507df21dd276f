package paper

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/file"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "cay"

// house is a commune's office over two units on 9 January 2026; the first of
// them has a cell under it.
type house struct {
	db    *db.DB
	files *file.Store
	jobs  *job.Runner
	now   atomic.Int64
	units map[string]org.Unit
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{db: dbtest.Open(t), units: map[string]org.Unit{}}
	tally.Attach(h.db)
	files, err := file.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	h.files, h.jobs = files, job.NewRunner(h.db, slog.New(slog.DiscardHandler))
	Jobs(h.jobs, files)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.at("2026-01-09")
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key, name, kind string) org.NewUnit {
			return org.NewUnit{Key: key, Name: name, Kind: kind, From: "2020-01-02"}
		}
		if h.units["xa"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Xã", n("xa", "Ủy ban nhân dân xã Đông La", "cơ quan")); err != nil {
			return err
		}
		for _, u := range [][4]string{{"xa", "dang", "Đảng ủy cơ quan xã", "đảng bộ cơ sở"}, {"xa", "doan", "Đoàn xã Đông La (minh họa)", "đoàn cơ sở"}, {"dang", "chibo", "Chi bộ Văn phòng", "chi bộ"}} {
			if h.units[u[1]], err = org.Create(ctx, tx, auth.System(tree), u[0], n(u[1], u[2], u[3])); err != nil {
				return err
			}
		}
		for _, term := range [][3]string{{"dang", "2020-2025", "2020-06-01"}, {"dang", "2025-2030", "2025-06-01"}} {
			from := vn.Day(term[2])
			if err = org.BeginTerm(ctx, tx, auth.System(tree), term[0], term[1], from, from.AddDays(5*365)); err != nil {
				return err
			}
		}
		return nil
	})
	return h
}

// at sets the clock to 08:00 of a day.
func (h *house) at(day vn.Day) { h.now.Store(day.Start().Add(8 * time.Hour).Unix()) }

func (h *house) as(unit string, role auth.Role) auth.Actor {
	u := h.units[unit]
	return auth.Actor{Login: "l-" + unit + string(role), Name: "Người " + string(role), Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{role}}
}

func (h *house) write(f func(ctx context.Context, tx *db.Tx) error) error {
	return h.db.Write(context.Background(), f)
}

// a paper of a kind on a source.
func a(k Kind, source string) New {
	return New{
		Source: tally.Source{Kind: "report", ID: source}, Signer: "Nguyễn Văn An", Office: "Bí thư", Single: k == Report,
		Content: Content{Kind: k, About: "kết quả thực hiện", Recipients: []string{"- Đảng ủy cấp trên;", "Lưu: VT."}, Parts: []Part{P("Một là.\nHai là")}},
	}
}

func (h *house) issue(by auth.Actor, n New) (p Paper, err error) {
	err = h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err = Issue(ctx, tx, by, n)
		return err
	})
	return p, err
}

func (h *house) must(t testing.TB, by auth.Actor, n New) Paper {
	t.Helper()
	p, err := h.issue(by, n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
