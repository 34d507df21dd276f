package quiz

import (
	"context"
	"io"
	"net/http"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/web"
)

func (s *server) registerBanks() {
	s.site.Handle("GET /banks", web.SignedIn, s.banks)
	s.site.Handle("POST /banks", web.SignedIn, s.makeBank)
	s.site.Handle("GET /banks/template", web.SignedIn, s.template)
	s.site.Handle("GET /banks/{id}", web.SignedIn, s.bank)
	s.site.Handle("POST /banks/{id}/questions", web.SignedIn, s.add)
	s.site.Handle("POST /banks/{id}/questions/{n}/removal", web.SignedIn, s.drop)
	s.site.Handle("POST /banks/{id}/file", web.SignedIn, s.load)
}

// noText stands where nothing is said above a form.
var noText = fault.Text{}

type banksPage struct {
	web.Page
	Banks   []Bank
	MayMake bool
	Typed   string
	Wrong   map[string]fault.Text
}

func (s *server) banks(w http.ResponseWriter, r *http.Request) error {
	return s.banksAgain(w, r, banksPage{Page: s.site.Page(r, "quiz.banks")}, http.StatusOK)
}

func (s *server) banksAgain(w http.ResponseWriter, r *http.Request, p banksPage, status int) error {
	p.MayMake = mayKeepBank(p.Actor, p.Actor.Unit) == nil
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Banks, err = Banks(ctx, tx, p.Actor, bankLimit)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, banksView(p))
}

func (s *server) makeBank(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := banksPage{Page: s.site.Page(r, "quiz.banks"), Typed: v.Get("title")}
	id, again := "", ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		b, err := MakeBank(ctx, tx, p.Actor, p.Typed)
		if err != nil {
			return err
		}
		id = b.ID
		again, err = s.site.Once(ctx, tx, r, "/banks/"+id)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if fault.Is(err, fault.Invalid) {
		p.Wrong = fault.Of(err).Fields
		return s.banksAgain(w, r, p, web.Status(err))
	}
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, "quiz.said.bank", "/banks/%s", id)
}

func (s *server) template(w http.ResponseWriter, r *http.Request) error {
	p := s.site.Page(r, "quiz.banks")
	b, err := intake.Workbook(Layout(), p.Lang, p.T)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="cau-hoi.xlsx"`)
	_, err = w.Write(b)
	return err
}

// bankPage is a bank with its questions; what was typed for one stands in its form.
type bankPage struct {
	web.Page
	Bank      Bank
	Questions []Question
	MayKeep   bool
	Typed     Question
	Correct   string // letters
	Points    string
	Instead   int64
	Bad       []intake.Bad
	Wrong     map[string]fault.Text
	Message   fault.Text
}

const shownBad = 50

func (s *server) bank(w http.ResponseWriter, r *http.Request) error {
	p := bankPage{Page: s.site.Page(r, "quiz.bank"), Instead: max(0, number(r.URL.Query().Get("instead"))), Points: "1"}
	return s.bankAgain(w, r, p, nil)
}

func (s *server) bankAgain(w http.ResponseWriter, r *http.Request, p bankPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message, fault.TooLarge)
	if !ok {
		return failed
	}
	if len(p.Bad) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Bank, err = GetBank(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Questions, err = QuestionsOf(ctx, tx, p.Bank.ID, false); err != nil || p.Instead == 0 || failed != nil {
			return err
		}
		if p.Typed, err = questionOf(ctx, tx, p.Bank.ID, p.Instead); err != nil {
			return err
		}
		p.Correct, p.Points = letters(p.Typed.Correct), p.Int(p.Typed.Points)
		return nil
	}); err != nil {
		return err
	}
	p.Title, p.MayKeep = p.Bank.Title, mayKeepBank(p.Actor, p.Bank.Unit) == nil
	return web.Render(w, r, status, bankView(p))
}

// letters names options by letters, "A, C"; bitsOf reads them.
func letters(correct uint64) string {
	var all []string
	for i := range maxOptions {
		if correct&(1<<i) != 0 {
			all = append(all, string(rune('A'+i)))
		}
	}
	return strings.Join(all, ", ")
}

func bitsOf(s string) (correct uint64) {
	for _, c := range strings.ToUpper(s) {
		if c >= 'A' && c < 'A'+maxOptions {
			correct |= 1 << (c - 'A')
		}
	}
	return correct
}

func (s *server) add(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := bankPage{Page: s.site.Page(r, "quiz.bank"), Correct: v.Get("correct"), Points: v.Get("points"), Instead: max(0, number(v.Get("instead")))}
	p.Typed = Question{Text: v.Get("text"), Options: strings.Split(v.Get("options"), "\n"), Correct: bitsOf(p.Correct), Points: number(p.Points), Why: v.Get("why"), Several: v.Get("several") != ""}
	id := r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Add(ctx, tx, p.Actor, id, p.Instead, p.Typed) }); err != nil {
		return s.bankAgain(w, r, p, err)
	}
	return web.SeeSaid(w, r, "quiz.said.question", "/banks/%s", id)
}

func (s *server) drop(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Drop(ctx, tx, by, id, number(r.PathValue("n")))
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "quiz.said.dropped", "/banks/%s", id)
}

const maxFile = 2 << 20

// load reads questions from a table.
func (s *server) load(w http.ResponseWriter, r *http.Request) error {
	p := bankPage{Page: s.site.Page(r, "quiz.bank"), Points: "1"}
	f, _, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	if f == nil {
		wrong := fault.Wrong{}
		wrong.Add("file", "error.needed")
		return s.bankAgain(w, r, p, wrong.Err())
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return err
	}
	if len(b) > maxFile {
		return s.bankAgain(w, r, p, fault.New(fault.TooLarge, "error.too_large"))
	}
	t, err := intake.Read(b, Layout())
	if err != nil {
		return s.bankAgain(w, r, p, err)
	}
	var out intake.Outcome
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = Import(ctx, tx, p.Actor, r.PathValue("id"), t)
		return err
	}); err != nil {
		return s.bankAgain(w, r, p, err)
	}
	if p.Bad = out.Bad; len(p.Bad) > 0 {
		p.Bad = p.Bad[:min(shownBad, len(p.Bad))]
		return s.bankAgain(w, r, p, nil)
	}
	return web.SeeSaid(w, r, "quiz.said.loaded", "/banks/%s", r.PathValue("id"))
}
