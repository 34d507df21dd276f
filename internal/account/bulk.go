package account

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
)

// A Slip is what is handed to the holder of a new login; the code is shown once.
type Slip struct{ Login, Name, Unit, Code string }

// CreateMany makes a secretary's and a clerk's login for every unit under by's
// own that has none, and returns their slips.
func CreateMany(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Slip, error) {
	if err := mayManage(by, 0); err != nil {
		return nil, err
	}
	const most = 500
	units, err := org.Subtree(ctx, tx, by, by.Path, by.Path, most)
	if err != nil {
		return nil, err
	}
	var all []Slip
	for _, u := range units {
		for _, role := range []auth.Role{auth.Secretary, auth.Clerk} {
			login, err := freeLogin(ctx, tx, u, role)
			if err != nil {
				return nil, err
			}
			if login == "" {
				continue
			}
			a, err := Create(ctx, tx, by, New{Login: login, Name: login, Unit: u.Key, Roles: []auth.Role{role}})
			if err != nil {
				return nil, err
			}
			code, err := invite(ctx, tx, by, a)
			if err != nil {
				return nil, err
			}
			all = append(all, Slip{Login: login, Name: a.Name, Unit: u.Name, Code: code})
		}
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Conflict, "account.error.none_missing")
	}
	return all, nil
}

// freeLogin returns the login for a role in a unit, "" if the unit has one with
// that role.
func freeLogin(ctx context.Context, tx *db.Tx, u org.Unit, role auth.Role) (string, error) {
	has, err := holds(ctx, tx, u.ID, role)
	if err != nil || has {
		return "", err
	}
	prefix := "bt."
	if role == auth.Clerk {
		prefix = "vt."
	}
	login := prefix + strings.ToLower(u.Key)
	if len(login) > 40 {
		login = login[:40]
	}
	taken, err := loginTaken(ctx, tx, login)
	if err != nil || taken {
		return "", err
	}
	return login, nil
}
