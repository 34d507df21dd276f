package office

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"nhipcau/internal/vn"
)

// A Template is a .docx of somebody's own with places that are filled: {tên đơn vị}
// is a value, {#đơn vị} … {/đơn vị} stand around what is repeated for each of a list,
// {^đơn vị} … {/đơn vị} around what is said where the list is empty. Alone in two
// paragraphs they repeat all between these, in the rows of a table the rows, within a
// paragraph its words. Names are read whatever their marks, their capitals, and
// whether _ or a space stands between words.
//
// The signs are those of docxtemplater, which many offices know.
type Template struct {
	parts []part
}

// A part of the package: text that is filled is kept as a tree, all else as it came.
type part struct {
	name string
	raw  []byte
	tree *node
}

// Data are what the places of a template are filled with. Within a list what the item
// does not have is looked for around it.
type Data struct {
	Values map[string]string
	Lists  map[string][]Data
}

// The limits of a template, and of what it may become.
const (
	MaxTemplate   = 5 << 20
	maxUnpacked   = 40 << 20
	maxPartSize   = 20 << 20
	maxEntries    = 1000
	maxFilled     = 2_000_000 // elements of the paper
	maxFilledText = 60 << 20
)

// A Wrong says what is wrong with a template: a Kind, the name of a place, and the
// words around it.
type Wrong struct {
	Kind WrongKind
	Name string
	Near string
}

// A WrongKind is a sort of mistake in a template.
type WrongKind string

// What can be wrong.
const (
	NoDocx   WrongKind = "docx"    // no .docx, or a broken one
	TooBig   WrongKind = "big"     // unpacks to too much, or becomes too much
	Unknown  WrongKind = "unknown" // a place that nothing fills
	Unclosed WrongKind = "unclosed"
	Unopened WrongKind = "unopened"
)

// A TemplateError is all that is wrong with a template.
type TemplateError []Wrong

func (e TemplateError) Error() string {
	var all []string
	for _, w := range e {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s", w.Kind, w.Name, w.Near)))
	}
	return "template: " + strings.Join(all, "; ")
}

func wrong(k WrongKind) error { return TemplateError{{Kind: k}} }

var filled = regexp.MustCompile(`^word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$`)

// ReadTemplate reads a .docx; what is wrong with it is a TemplateError.
func ReadTemplate(b []byte) (*Template, error) {
	if len(b) > MaxTemplate {
		return nil, wrong(TooBig)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, wrong(NoDocx)
	}
	if len(z.File) > maxEntries {
		return nil, wrong(TooBig)
	}
	t, left := &Template{}, int64(maxUnpacked)
	names := map[string]bool{}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		raw, err := unpack(f, min(left, maxPartSize))
		if err != nil {
			return nil, err
		}
		left -= int64(len(raw))
		p := part{name: f.Name, raw: raw}
		if filled.MatchString(f.Name) {
			if p.tree, err = parseTree(raw); err != nil {
				return nil, err
			}
		}
		if names[f.Name] {
			return nil, wrong(NoDocx)
		}
		names[f.Name] = true
		t.parts = append(t.parts, p)
	}
	if !names["word/document.xml"] || !names["[Content_Types].xml"] {
		return nil, wrong(NoDocx)
	}
	return t, nil
}

// unpack reads an entry, and no more of it than most, whatever the package says.
func unpack(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, wrong(NoDocx)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, wrong(NoDocx)
	case int64(len(b)) > most:
		return nil, wrong(TooBig)
	}
	return b, nil
}

// Fill returns the paper: the template with its places filled. It is a TemplateError
// that names every place which is wrong; the end of ctx ends it.
func (t *Template) Fill(ctx context.Context, d Data) ([]byte, error) {
	f := &filling{ctx: ctx}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range t.parts {
		text := p.raw
		if p.tree != nil {
			kids := f.blocks([]*node{p.tree}, scope{named(d), nil})
			if f.failed != nil {
				return nil, f.failed
			}
			var m bytes.Buffer
			m.WriteString(prolog)
			for _, k := range kids {
				k.write(&m)
			}
			if text = m.Bytes(); len(text) > maxFilledText {
				return nil, wrong(TooBig)
			}
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(text); err != nil {
			return nil, err
		}
	}
	if len(f.wrong) > 0 {
		return nil, f.wrong
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Places returns the names of all places of a template as they are written, in order,
// each once.
func (t *Template) Places() []string {
	var all []string
	for _, p := range t.parts {
		if p.tree == nil {
			continue
		}
		p.tree.paragraphs(func(n *node) {
			for _, m := range tags(n.textOf()) {
				if m.sign != '/' && !slices.Contains(all, m.name) {
					all = append(all, m.name)
				}
			}
		})
	}
	return all
}

// A tag is a place in a text: from where to where it stands in bytes, its sign (0, #,
// ^ or /) and its name.
type tag struct {
	from, to int
	sign     byte
	name     string
}

var tagged = regexp.MustCompile(`\{\s*([#^/]?)\s*([^{}]{0,100}?)\s*\}`)

func tags(s string) (all []tag) {
	for _, m := range tagged.FindAllStringSubmatchIndex(s, -1) {
		t := tag{from: m[0], to: m[1], name: s[m[4]:m[5]]}
		if m[2] < m[3] {
			t.sign = s[m[2]]
		}
		if t.name == "" && t.sign != '/' {
			continue // braces that somebody has written
		}
		all = append(all, t)
	}
	return all
}

// key is by what a name is looked up.
func key(name string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(vn.Fold(name), "_", " ")), " ")
}

func named(d Data) Data {
	n := Data{Values: make(map[string]string, len(d.Values)), Lists: make(map[string][]Data, len(d.Lists))}
	for k, v := range d.Values {
		n.Values[key(k)] = v
	}
	for k, list := range d.Lists {
		items := make([]Data, len(list))
		for i, x := range list {
			items[i] = named(x)
		}
		n.Lists[key(k)] = items
	}
	return n
}

// A scope is where names are looked for, from within outwards.
type scope struct {
	data  Data
	outer *scope
}

func (s *scope) value(name string) (string, bool) {
	for k := key(name); s != nil; s = s.outer {
		if v, ok := s.data.Values[k]; ok {
			return v, true
		}
	}
	return "", false
}

func (s *scope) list(name string) ([]Data, bool) {
	for k := key(name); s != nil; s = s.outer {
		if v, ok := s.data.Lists[k]; ok {
			return v, true
		}
	}
	return nil, false
}
