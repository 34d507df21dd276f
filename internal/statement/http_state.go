package statement

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// unitPage is what one unit has stated in a form, and the fields to state or
// correct it.
type unitPage struct {
	web.Page
	Form     Form
	Unit     org.Unit
	Standing Statement
	History  []Statement // the newest first
	MayState bool
	Typed    map[string]string
	Again    bool // shown again after it was refused
	Wrong    map[string]fault.Text
	Message  fault.Text
	Reason   string // typed for a withdrawal
	WhyNot   map[string]fault.Text
}

func (s *server) unit(w http.ResponseWriter, r *http.Request) error {
	return s.unitPage(w, r, unitPage{Page: s.site.Page(r, "statement.title")}, http.StatusOK)
}

func (s *server) unitPage(w http.ResponseWriter, r *http.Request, p unitPage, status int) error {
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Form, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		on, err := tally.On(ctx, tx, p.Form.Sheet, p.Unit.ID)
		if err != nil {
			return err
		}
		if !on {
			return fault.New(fault.NotFound, "error.not_found")
		}
		p.History, err = History(ctx, tx, p.Form, p.Unit.ID)
		return err
	})
	if err != nil {
		return err
	}
	p.Title, p.Standing = p.Unit.Name, standing(p.History)
	p.MayState = mayState(p.Actor) == nil && p.Form.State == Opened
	if p.Typed == nil {
		p.Typed = p.Standing.typed(p.Form)
	}
	return web.Render(w, r, status, unitView(p))
}

// typed is s as the fields of the page show it.
func (s Statement) typed(f Form) map[string]string {
	all := map[string]string{"paper": s.Paper, "signer": s.Signer, "day": string(s.Day)}
	if s.Whole {
		all["whole"] = "1"
	}
	for _, i := range f.Items {
		x, ok := s.Figure(i.Key)
		if !ok {
			all[i.Key+"-bound"] = string(Exact)
			continue
		}
		all[i.Key+"-value"], all[i.Key+"-bound"], all[i.Key+"-words"] = vn.Int(x.Value), string(x.Bound), x.Words
		switch i.Sort {
		case Ratio:
			all[i.Key+"-of"] = vn.Int(x.Of)
		case Percent:
			all[i.Key+"-value"] = strings.TrimSuffix(percent(x.Value), "\u00a0%")
		}
	}
	return all
}

// percent writes hundredths, 9250 as "92,5 %".
func percent(hundredths int64) string { return vn.Percent(hundredths, 100*100) }

// read returns the statement as typed, and what was typed.
func (f Form) read(r *http.Request) (Statement, map[string]string) {
	typed := map[string]string{}
	get := func(k string) string {
		typed[k] = r.PostFormValue(k)
		return vn.Clean(typed[k])
	}
	s := Statement{
		Paper: get("paper"), Signer: get("signer"), Day: vn.TypedDay(get("day")), Whole: get("whole") == "1",
		Replaces: get("replaces"), Reason: get("reason"),
	}
	for _, i := range f.Items {
		value, of, bound, words := get(i.Key+"-value"), get(i.Key+"-of"), get(i.Key+"-bound"), get(i.Key+"-words")
		if value+of+words == "" {
			continue
		}
		x := Figure{Item: i.Key, Value: number(value), Of: number(of), Bound: Bound(bound), Words: words}
		if i.Sort == Percent {
			x.Value = hundredths(value)
		}
		s.Figures = append(s.Figures, x)
	}
	return s, typed
}

var (
	grouped = regexp.MustCompile(`^\d{1,3}([., ]\d{3})+$`)
	decimal = regexp.MustCompile(`^(\d{1,5})(?:[.,](\d{1,2}))?$`)
)

// number reads a whole number as typed; -1 if it is none.
func number(s string) int64 {
	if n, ok := vn.ParseInt(s); ok {
		return n
	}
	return -1
}

// hundredths reads a percentage as typed, "92", "92,5" or "92,5 %"; -1 if it is
// none.
func hundredths(s string) int64 {
	s = strings.TrimSpace(strings.TrimSuffix(s, "%"))
	if grouped.MatchString(s) {
		return 100 * number(s)
	}
	m := decimal.FindStringSubmatch(s)
	if m == nil {
		return -1
	}
	n, err := strconv.ParseInt(m[1]+(m[2] + "00")[:2], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func (s *server) state(w http.ResponseWriter, r *http.Request) error {
	by, id, key := auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("key")
	body, name, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	place := "/statements/" + id + "/units/" + key
	var f Form
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = Get(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	st, typed := f.read(r)
	var blob file.Blob
	if body != nil {
		defer body.Close()
		blob, err = s.files.Put(name, body, file.MaxSize, file.PDF, file.DOCX, file.PNG, file.JPEG)
	}
	again := ""
	if err == nil {
		err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			if again, err = s.site.Once(ctx, tx, r, place); err != nil {
				return err
			}
			do := State
			if st.Replaces != "" {
				do = Correct
			}
			_, err = do(ctx, tx, by, id, key, st, blob)
			return err
		})
	}
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.again(w, r, unitPage{Page: s.site.Page(r, "statement.title"), Typed: typed, Again: true}, err)
	}
	return web.SeeSaid(w, r, "statement.said.stated", "%s", place)
}

// again shows the page with what was typed and what is wrong with it.
func (s *server) again(w http.ResponseWriter, r *http.Request, p unitPage, err error) error {
	if _, ok := web.Refused(err, &p.Wrong, &p.Message, fault.TooLarge); !ok {
		return err
	}
	return s.unitPage(w, r, p, web.Status(err))
}

func (s *server) withdraw(w http.ResponseWriter, r *http.Request) error {
	by, id, key := auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("key")
	reason := r.PostFormValue("why") // "reason" is the correction's on the same page
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Withdraw(ctx, tx, by, id, key, r.PostFormValue("statement"), reason)
	})
	if fault.Is(err, fault.Invalid) {
		return s.unitPage(w, r, unitPage{Page: s.site.Page(r, "statement.title"), Reason: reason, WhyNot: fault.Of(err).Fields}, web.Status(err))
	}
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, "statement.said.withdrawn", "/statements/%s/units/%s", id, key)
}

// entry leads from a statement, as a trace names it, to its place on the unit's
// page.
func (s *server) entry(w http.ResponseWriter, r *http.Request) error {
	st, err := s.find(r)
	if err != nil {
		return err
	}
	return web.See(w, r, "/statements/%s/units/%s#%s", st.Form, st.UnitKey, st.ID)
}

func (s *server) find(r *http.Request) (st Statement, err error) {
	by := auth.FromContext(r.Context())
	err = s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		st, err = Find(ctx, tx, by, r.PathValue("id"))
		return err
	})
	return st, err
}

func (s *server) file(w http.ResponseWriter, r *http.Request) error {
	st, err := s.find(r)
	if err != nil {
		return err
	}
	if st.File == "" {
		return fault.New(fault.NotFound, "error.not_found")
	}
	var f file.File
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = file.Get(ctx, tx, st.File)
		return err
	}); err != nil {
		return err
	}
	return s.files.Serve(w, r, f)
}
