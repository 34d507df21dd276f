package api

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// An example writes a value that fits a schema, for people to look at.
type example struct {
	strings.Builder
	schemas huma.Registry
}

func (e *example) value(s *huma.Schema, indent string) {
	if s.Ref != "" {
		s = e.schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case s.Type == huma.TypeObject:
		e.object(s, indent)
	case s.Type == huma.TypeArray:
		e.WriteString("[")
		e.value(s.Items, indent)
		e.WriteString("]")
	case len(s.Examples) > 0:
		b, err := encode(s.Examples[0])
		if err != nil {
			b = []byte("null")
		}
		e.Write(b)
	case len(s.Enum) > 0:
		b, err := encode(s.Enum[0])
		if err != nil {
			b = []byte("null")
		}
		e.Write(b)
	default:
		e.WriteString(plainExample(s))
	}
}

// plainExample is a value of a simple type.
func plainExample(s *huma.Schema) string {
	switch {
	case s.Type == huma.TypeInteger || s.Type == huma.TypeNumber:
		return "1"
	case s.Type == huma.TypeBoolean:
		return "false"
	case s.Format == "date":
		return `"2020-11-02"`
	case s.Format == "date-time":
		return `"2020-11-02T01:00:00Z"`
	}
	return `"…"`
}

func (e *example) object(s *huma.Schema, indent string) {
	if len(s.Properties) == 0 {
		e.WriteString("{")
		if of, ok := s.AdditionalProperties.(*huma.Schema); ok {
			e.WriteString(`"…": `)
			e.value(of, indent)
		}
		e.WriteString("}")
		return
	}
	names := slices.Sorted(maps.Keys(s.Properties))
	slices.SortStableFunc(names, func(a, b string) int { return rank(s, a) - rank(s, b) })
	e.WriteString("{\n")
	for i, name := range names {
		e.WriteString(indent + "  " + strconv.Quote(name) + ": ")
		e.value(s.Properties[name], indent+"  ")
		if i < len(names)-1 {
			e.WriteString(",")
		}
		e.WriteString("\n")
	}
	e.WriteString(indent + "}")
}

// rank puts what names a thing first, then what is always there.
func rank(s *huma.Schema, name string) int {
	switch {
	case name == "id" || name == "key":
		return 0
	case slices.Contains(s.Required, name):
		return 1
	}
	return 2
}

func (a *API) example(s *huma.Schema) string {
	e := &example{schemas: a.huma.OpenAPI().Components.Schemas}
	e.value(s, "")
	return e.String()
}
