package world

import (
	"context"
	"fmt"
	"math/rand/v2"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/paper"
	"nhipcau/internal/vn"
)

// Tree is the key of the tree the bloc stands in.
const Tree = "doan"

// size returns how many members unit n has: a few large ones and many small,
// as such blocs have.
func size(r *rand.Rand, n int) int {
	switch n {
	case 7:
		return 64
	case 31:
		return 184
	}
	return 12 + int(r.ExpFloat64()*26)
}

// A crew is a made-up organisation and its people.
type crew struct {
	org.Unit
	members []org.Member // the first is the secretary, the second the deputy
}

// bloc is the organisation of the article: its root is real, the units under
// it are numbered and their people made up.
type bloc struct {
	root   org.Unit
	deputy org.Member
	units  []crew // unit n is units[n-1]
}

// found creates the bloc with units organisations under it, at most 62 of which
// are those of the article; tests take fewer.
func found(ctx context.Context, tx *db.Tx, r *rand.Rand, units int) (*bloc, error) {
	by := auth.System(Tree)
	root, err := org.Plant(ctx, tx, by, Tree, blocName, org.NewUnit{
		Key: "doan-khoi", Name: blocName, Short: blocShort, Kind: blocKind, From: founded,
	})
	if err != nil {
		return nil, err
	}
	b := &bloc{root: root}
	if b.deputy, err = admit(ctx, tx, root, deputy, deputyTitle, 2, false); err != nil {
		return nil, err
	}
	for n := 1; n <= units; n++ {
		c, err := muster(ctx, tx, r, root, n)
		if err != nil {
			return nil, err
		}
		b.units = append(b.units, c)
	}
	return b, b.writePapers(ctx, tx)
}

// writePapers records what the units' papers need: the place, and the term of
// every committee, in which numbers count. The days of the terms are made up.
func (b *bloc) writePapers(ctx context.Context, tx *db.Tx) error {
	by := auth.System(Tree)
	if err := paper.SetLetterhead(ctx, tx, by, b.root.Key, 0, paper.Letterhead{Family: paper.Youth, Place: "Cần Thơ"}); err != nil {
		return err
	}
	if err := org.BeginTerm(ctx, tx, by, b.root.Key, "2017-2022", "2017-01-01", "2022-12-31"); err != nil {
		return err
	}
	if err := org.BeginTerm(ctx, tx, by, b.root.Key, "2022-2027", "2023-01-01", "2027-12-31"); err != nil {
		return err
	}
	for _, c := range b.units {
		if err := org.BeginTerm(ctx, tx, by, c.Key, "2019-2024", "2019-01-01", "2024-12-31"); err != nil {
			return err
		}
	}
	return nil
}

// founded is the day from which the made-up lists run.
const founded = vn.Day("2020-01-02")

// muster creates unit n with its members; one in twenty is exempt.
func muster(ctx context.Context, tx *db.Tx, r *rand.Rand, root org.Unit, n int) (crew, error) {
	by := auth.System(Tree)
	u, err := org.Create(ctx, tx, by, root.Key, org.NewUnit{
		Key: fmt.Sprintf("tccs-%02d", n), Name: fmt.Sprintf("Tổ chức cơ sở Đoàn số %02d", n), Short: fmt.Sprintf("TCCS Đoàn số %02d", n),
		Kind: unitKind, Phone: Phone(r), From: founded, Sample: true,
	})
	if err != nil {
		return crew{}, err
	}
	c := crew{Unit: u}
	for i := range max(6, size(r, n)) {
		title, rank := "", 0
		switch i {
		case 0:
			title, rank = "Bí thư", 1
		case 1:
			title, rank = "Phó Bí thư", 2
		}
		m, err := admit(ctx, tx, u, Name(r), title, rank, true)
		if err != nil {
			return crew{}, err
		}
		if i > 1 && r.IntN(20) == 0 {
			m.Exempt = true
			if err := org.Exempt(ctx, tx, by, m.Key, founded, fmt.Sprintf("Quyết định miễn sinh hoạt số %02d (minh họa)", i)); err != nil {
				return crew{}, err
			}
		}
		c.members = append(c.members, m)
	}
	return c, nil
}

func admit(ctx context.Context, tx *db.Tx, u org.Unit, name, title string, rank int, sample bool) (org.Member, error) {
	by := auth.System(Tree)
	m, err := org.Admit(ctx, tx, by, u.Key, org.NewMember{Name: name, From: founded, Sample: sample})
	if err != nil || title == "" {
		return m, err
	}
	return m, org.Appoint(ctx, tx, by, u.Key, m.Key, org.Appointment{Title: title, Rank: rank, From: founded})
}
