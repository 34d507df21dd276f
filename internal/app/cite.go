package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"nhipcau/internal/auth"
	"nhipcau/internal/cite"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/i18n"
	"nhipcau/internal/org"
)

type citeCommand struct {
	File     string `arg:"" optional:"" help:"Text in UTF-8; without it, or by -, standard input." placeholder:"FILE"`
	Register bool   `help:"Say also which directive of the books each is, as resolved_id."`
}

// citation is what is printed of a citation; what is not told is left out.
type citation struct {
	Text     string `json:"text"`
	Start    int    `json:"start"`
	End      int    `json:"end"`
	Type     string `json:"type,omitempty"`
	Number   string `json:"number,omitempty"`
	Symbol   string `json:"symbol,omitempty"`
	IssuedOn string `json:"issued_on,omitempty"`
	Issuer   string `json:"issuer,omitempty"`
	Congress string `json:"congress,omitempty"`
	Plenum   string `json:"plenum,omitempty"`
	Term     string `json:"term,omitempty"`
	Resolved string `json:"resolved_id,omitempty"`
}

// maxCited is the largest text that is read, in bytes.
const maxCited = 1 << 30

// Run prints one JSON object a line for each citation of a text, in the order in
// which they begin; start and end are bytes of the text.
func (c *citeCommand) Run(t *terminal, cfg Config) error {
	text, err := c.read(t.in)
	if err != nil {
		return err
	}
	found := cite.Find(text)
	ids := make([]string, len(found))
	if c.Register {
		register, err := register(t, cfg)
		if err != nil {
			return err
		}
		ids = cite.Resolve(text, found, register)
	}
	w := bufio.NewWriter(t.out)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for i, f := range found {
		if err := e.Encode(citation{
			Text: f.Text, Start: f.Start, End: f.End, Type: f.Type, Number: f.Number, Symbol: f.Symbol, IssuedOn: string(f.Issued),
			Issuer: f.Issuer, Congress: f.Congress, Plenum: f.Plenum, Term: f.Term, Resolved: ids[i],
		}); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (c *citeCommand) read(in io.Reader) (string, error) {
	name := "standard input"
	if c.File != "" && c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in, name = f, c.File
	}
	b, err := io.ReadAll(io.LimitReader(in, maxCited+1))
	switch {
	case err != nil:
		return "", err
	case len(b) > maxCited:
		return "", fmt.Errorf("%s is larger than %d MiB", name, maxCited>>20)
	case !utf8.Valid(b):
		return "", fmt.Errorf("%s is not text in UTF-8", name)
	}
	return string(b), nil
}

// register is the directives of all trees of the house.
func register(t *terminal, cfg Config) ([]cite.Known, error) {
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	words, err := catalog()
	if err != nil {
		return nil, err
	}
	var all []cite.Known
	err = h.db.Read(t.ctx, func(ctx context.Context, tx *db.Tx) error {
		trees, err := org.Trees(ctx, tx)
		if err != nil {
			return err
		}
		if len(trees) == 0 {
			return errors.New("there are no books yet")
		}
		for _, tree := range trees {
			const some = 1000
			for offset := 0; ; offset += some {
				list, err := directive.List(ctx, tx, auth.System(tree), "", offset, some)
				if err != nil {
					return err
				}
				for _, d := range list {
					all = append(all, cite.Known{
						ID: d.ID, Type: words.T(i18n.Langs[0], "directive.kind."+d.Kind), Number: d.Number, Symbol: d.Symbol,
						Issued: d.Issued, Issuer: d.Issuer, Term: d.Term, Subject: d.Subject,
					})
				}
				if len(list) < some {
					break
				}
			}
		}
		return nil
	})
	return all, err
}
