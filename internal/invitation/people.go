package invitation

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// MostInFile is how many people one file of badges, letters or signatures holds.
const MostInFile = 2_000

// Everybody returns those invited whom by sees, members first, by unit and name, for a
// file; more than MostInFile are refused.
func Everybody(ctx context.Context, tx *db.Tx, by auth.Actor, m Meeting, f Filter) ([]Invited, error) {
	if err := mayName(by); err != nil {
		return nil, err
	}
	all, err := List(ctx, tx, by, m, f, 0, MostInFile+1)
	if err != nil {
		return nil, err
	}
	if by.Covers(m.Path) && f.Unit == "" && len(all) <= MostInFile {
		more, err := Guests(ctx, tx, m, f, 0, MostInFile+1)
		if err != nil {
			return nil, err
		}
		sortPeople(all)
		all = append(all, more...)
	} else {
		sortPeople(all)
	}
	if len(all) > MostInFile {
		return nil, fault.New(fault.Conflict, "invitation.error.many", MostInFile)
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Conflict, "invitation.error.nobody")
	}
	return all, nil
}

// sortPeople puts people in the order of a list: by place of the unit, then by name.
func sortPeople(all []Invited) {
	keys := make(map[int64][]byte, len(all))
	for _, v := range all {
		keys[v.Member] = vn.NameKey(v.Name)
	}
	slices.SortStableFunc(all, func(a, b Invited) int {
		if a.path != b.path {
			return strings.Compare(a.path, b.path)
		}
		return bytes.Compare(keys[a.Member], keys[b.Member])
	})
}
