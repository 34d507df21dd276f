// Package auth says who acts and for which unit. It decides nothing about any
// slice: what an actor may do with a thing is the business of the slice that
// owns the thing.
package auth

import (
	"context"
	"slices"
	"strings"
)

// A Role is what a person is trusted with in a unit and the units under it.
type Role string

// The roles, see docs/architecture.md.
const (
	Administrator Role = "administrator" // keeps units, members and logins
	Secretary     Role = "secretary"     // approves, adopts and signs
	Clerk         Role = "clerk"         // enters
	Speaker       Role = "speaker"       // presents topics
	Inspector     Role = "inspector"     // reads everything for a limited time
	Member        Role = "member"        // sees what concerns them
	Public        Role = "public"        // anybody
)

// Roles are all roles that can be granted, the most trusted first.
var Roles = []Role{Administrator, Secretary, Clerk, Speaker, Inspector, Member}

// An Actor is the person on whose behalf something is done. An actor acts for
// one unit at a time; Roles are those granted on that unit or above it.
type Actor struct {
	Login    string // account id; "" for nobody and for the house itself
	Name     string
	Member   int64  // member record of the person, 0 if none
	Session  string // id of the session, "" for jobs and commands
	Tree     string // tree the unit stands in
	Unit     int64
	UnitKey  string
	UnitName string
	Path     string // place of Unit in Tree, "/" for the house itself
	Roles    []Role
	Before   []int64 // units that have ended and whose work Unit took over
}

const systemName = "system"

// System returns the house itself, as jobs and the command line act: it sees
// the whole of tree and every policy lets it.
func System(tree string) Actor {
	return Actor{Name: systemName, Tree: tree, Path: "/", Roles: []Role{Administrator, Secretary, Clerk}}
}

// IsSystem reports whether a is the house itself.
func (a Actor) IsSystem() bool { return a.Login == "" && a.Name == systemName && a.Path == "/" }

// Known reports whether a is a signed-in person.
func (a Actor) Known() bool { return a.Login != "" }

// Is reports whether a has any of roles.
func (a Actor) Is(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(a.Roles, r) })
}

// For reports whether a's unit answers for a unit: it is that unit, or has taken its
// work over by a reform.
func (a Actor) For(unit int64) bool {
	return unit != 0 && (a.Unit == unit || slices.Contains(a.Before, unit))
}

// As is a acting in the stead of a unit whose work its own has taken over, and a itself
// for any other.
func (a Actor) As(unit int64, key string) Actor {
	if a.For(unit) {
		a.Unit, a.UnitKey = unit, key
	}
	return a
}

// End returns the first path after a's subtree, so that the subtree is
// Path <= p < End. It is "" only if a has no place.
func (a Actor) End() string { return After(a.Path) }

// After returns the first path after the subtree at path; paths end in "/".
func After(path string) string {
	if path == "" {
		return ""
	}
	return path[:len(path)-1] + "0"
}

// Covers reports whether the unit at path is a's unit or under it.
func (a Actor) Covers(path string) bool { return a.Path != "" && strings.HasPrefix(path, a.Path) }

type actorKey struct{}

// NewContext returns a context that carries a.
func NewContext(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// FromContext returns the actor of a request, nobody if there is none.
// Handlers call it once and pass the actor on by hand.
func FromContext(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}
