package plan

import (
	"nhipcau/internal/clause"
	"nhipcau/internal/directive"
	"nhipcau/internal/web"
)

// Name is the paper as pages name it.
func (c Source) Name(p web.Page) string {
	if c.Paper.Kind == clause.Directive {
		return directive.Citation(p, c.Directive)
	}
	return c.Upper.Title
}

// Short is the paper in a few letters, or its unit.
func (c Source) Short(p web.Page) string {
	switch {
	case c.Paper.Kind == clause.Directive && c.Directive.Code() != "":
		return c.Directive.Code()
	case c.Paper.Kind == clause.Directive:
		return p.T("directive.kind." + c.Directive.Kind)
	}
	return c.Upper.UnitName
}
