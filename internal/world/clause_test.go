package world

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/clause"
	"nhipcau/internal/coverage"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/draft"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/notify"
	"nhipcau/internal/plan"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
)

const pieces = "I. Mục tiêu\n1. Học tập\n2. Vận dụng\nII. Nhiệm vụ\n1. Tuyên truyền\n2. Kiểm tra"

// divided enters the clauses of the story's directive and returns them by number.
func (s *story) divided(t *testing.T) (directive.Directive, map[string]string) {
	t.Helper()
	d := s.paper(t)
	s.do(t, func(ctx context.Context, tx *db.Tx) error { return clause.Set(ctx, tx, s.vanthu, d.ID, 0, pieces) })
	return d, s.clauses(t, clause.Paper{Kind: clause.Directive, ID: d.ID})
}

func (s *story) clauses(t *testing.T, p clause.Paper) map[string]string {
	t.Helper()
	ids := map[string]string{}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		all, err := clause.Of(ctx, tx, p)
		for _, c := range all {
			ids[c.N] = c.ID
		}
		return err
	})
	return ids
}

// planned lets by draw up a plan whose first task and first goal carry clauses out.
func (s *story) planned(t *testing.T, by auth.Actor, goal, task []string) (p plan.Plan) {
	t.Helper()
	f := planForm(by.UnitName)
	f.Goals[0].Carries, f.Tasks[0].Carries = goal, task
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = plan.Enter(ctx, tx, by, s.rollout.ID, f)
		return err
	})
	return p
}

func (s *story) adopts(t *testing.T, by auth.Actor, id string) {
	t.Helper()
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		p, err := plan.Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		return plan.Adopt(ctx, tx, by, id, p.Version, plan.Adoption{})
	})
}

func (s *story) reopens(t *testing.T, by auth.Actor, id string) {
	t.Helper()
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		p, err := plan.Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		return plan.Reopen(ctx, tx, by, id, p.Version, "sửa lại", nil)
	})
}

func (s *story) coverage(t *testing.T, by auth.Actor, p clause.Paper, l coverage.Look) (c coverage.Coverage) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = coverage.Of(ctx, tx, by, p, l)
		return err
	})
	return c
}

// counted writes a coverage in a line: "2/3: I.1=2 …", with ! for what is left.
func counted(c coverage.Coverage) string {
	s := vn.Int(c.Adopted) + "/" + vn.Int(c.Due) + ":"
	for _, r := range c.Rows {
		switch {
		case r.Open():
			s += " " + r.N + "!"
		case r.Via != "":
			s += " " + r.N + "<" + r.Via
		case r.Count > 0:
			s += " " + r.N + "=" + vn.Int(r.Count)
		}
	}
	return s
}

// TestClausesChange: who keeps the directive says what its pieces are; a piece keeps
// its id when it is numbered or worded anew, and does not go while a plan names it.
func TestClausesChange(t *testing.T) {
	s := house(t, 2)
	d, ids := s.divided(t)
	set := func(by auth.Actor, version int64, text string) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return clause.Set(ctx, tx, by, d.ID, version, text) })
	}
	for _, c := range []struct {
		name string
		by   auth.Actor
		want string
	}{{"a unit below", s.clerk(1), "denied"}, {"a member", s.member(1), "denied"}, {"nobody", auth.Actor{Tree: "khac", Path: "/00009/"}, "not found"}} {
		if err := set(c.by, 1, pieces); kindOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := set(s.vanthu, 0, pieces); kindOf(err) != "conflict" {
		t.Errorf("of a version that is gone: %v", err)
	}
	s.planned(t, s.heads[0], []string{ids["II.1"]}, nil)
	if err := set(s.vanthu, 1, strings.Replace(pieces, "\n1. Tuyên truyền", "", 1)); kindOf(err) != "invalid" || fault.Of(err).Fields["text"].Key != "clause.error.used" {
		t.Errorf("without a piece that a plan names: %v", err)
	}
	if err := set(s.vanthu, 1, strings.Replace(pieces, "1. Tuyên truyền", "3. Tuyên truyền", 1)); err != nil {
		t.Fatal(err)
	}
	if err := set(s.vanthu, 2, "I. Mục tiêu\nII. Nhiệm vụ\n3. Tuyên truyền rộng rãi"); err != nil {
		t.Fatal(err)
	}
	if now := s.clauses(t, clause.Paper{Kind: clause.Directive, ID: d.ID}); now["II.3"] != ids["II.1"] || now["I"] != ids["I"] || len(now) != 3 {
		t.Errorf("ids were %v and are %v", ids, now)
	}
}

// TestCoverage: the directive's clauses, the plan of the unit above, the plans of two
// units below: what counts is what adopted plans say, and no more than is owed.
func TestCoverage(t *testing.T) {
	s := house(t, 3)
	plan.Jobs(s.Jobs)
	d, ids := s.divided(t)
	paper := clause.Paper{Kind: clause.Directive, ID: d.ID}
	see := func(name, want string) {
		t.Helper()
		if got := counted(s.coverage(t, s.vanthu, paper, coverage.Look{})); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	see("nothing yet", "0/3: I.1! I.2! II.1! II.2!")
	// The bloc's own plan names clauses too; it owes none, so it does not count among
	// those that do, but the plans below refer to it.
	upper := s.planned(t, s.bikhu, []string{ids["I.1"]}, nil)
	s.unseen(t, s.heads[0], upper.ID)
	s.adopts(t, s.bikhu, upper.ID)
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows := s.clauses(t, clause.Paper{Kind: clause.Plan, ID: upper.ID})
	if len(rows) != 4 || rows["I.1"] == "" || rows["II.2"] == "" {
		t.Errorf("the rows of the plan above as clauses: %v", rows)
	}
	one := s.planned(t, s.heads[0], []string{ids["I.1"], rows["I.1"]}, []string{ids["II"], rows["II.1"]})
	two := s.planned(t, s.heads[1], []string{ids["I.1"]}, []string{ids["II.2"], ids["II.2"]})
	see("drafts do not count", "0/3: I.1! I.2! II.1! II.2!")
	s.adopts(t, s.heads[0], one.ID)
	s.adopts(t, s.heads[1], two.ID)
	see("two adopted", "2/3: I.1=2 I.2! II=1 II.1<II II.2=1")
	if got := counted(s.coverage(t, s.heads[0], paper, coverage.Look{})); got != "1/1: I.1=1 I.2! II=1 II.1<II II.2<II" {
		t.Errorf("unit 01 sees its own: %s", got)
	}
	if got := counted(s.coverage(t, s.vanthu, clause.Paper{Kind: clause.Plan, ID: upper.ID}, coverage.Look{Under: s.heads[0].UnitKey})); got != "1/1: I.1=1 I.2! II.1=1 II.2!" {
		t.Errorf("the plan above under unit 01: %s", got)
	}
	s.branches(t, paper, ids["II.2"])
	s.reopens(t, s.heads[1], two.ID)
	see("one reopened", "1/3: I.1=1 I.2! II=1 II.1<II II.2<II")
	s.taken(t, upper, one, rows)
	s.proven(t, "adoptions and reopenings")
}

// unseen fails the test if by sees a plan.
func (s *story) unseen(t *testing.T, by auth.Actor, id string) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		if _, err := plan.Get(ctx, tx, by, id); kindOf(err) != "not found" {
			t.Errorf("%s sees the plan: %v", by.UnitName, err)
		}
		return nil
	})
}

// branches looks at the units directly below, with one clause and without.
func (s *story) branches(t *testing.T, paper clause.Paper, one string) {
	t.Helper()
	c := s.coverage(t, s.vanthu, paper, coverage.Look{})
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		all, _, err := coverage.Branches(ctx, tx, s.vanthu, c, "", 0, 10)
		if err != nil || len(all) != 3 || all[0].Carried != 2 || all[1].Carried != 2 || all[2].Carried != 0 || all[0].Plan == "" || all[2].Plan != "" {
			t.Errorf("units below: %+v %v", all, err)
		}
		some, _, err := coverage.Branches(ctx, tx, s.vanthu, c, one, 0, 10)
		if err != nil || some[0].Carried != 0 || some[1].Carried != 1 {
			t.Errorf("units below, of one clause: %+v %v", some, err)
		}
		doing, err := coverage.Doers(ctx, tx, s.vanthu, c, one, 10)
		if err != nil || len(doing) != 1 || doing[0].UnitKey != s.heads[1].UnitKey || doing[0].N != "II.1" {
			t.Errorf("who carries it out: %+v %v", doing, err)
		}
		return nil
	})
}

// taken lets the bloc take its plan back: the units below see it no more and are
// told; adopted anew without a row, what refers to that row still says so.
func (s *story) taken(t *testing.T, upper, one plan.Plan, rows map[string]string) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := plan.Get(ctx, tx, s.heads[0], upper.ID)
		return err
	})
	s.reopens(t, s.bikhu, upper.ID)
	s.unseen(t, s.heads[0], upper.ID)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		p, err := plan.Get(ctx, tx, s.bikhu, upper.ID)
		if err != nil {
			return err
		}
		f := p.Form()
		f.Goals = f.Goals[1:]
		return plan.Amend(ctx, tx, s.bikhu, p.ID, p.Version, f)
	})
	s.adopts(t, s.bikhu, upper.ID)
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := s.clauses(t, clause.Paper{Kind: clause.Plan, ID: upper.ID})
	if now["II.1"] != rows["II.1"] || now["I.1"] != rows["I.2"] || len(now) != 3 {
		t.Errorf("rows were %v and are %v", rows, now)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		known, err := clause.Known(ctx, tx, []string{rows["I.1"]})
		if err != nil || !known[rows["I.1"]].Gone {
			t.Errorf("the row that went: %+v %v", known, err)
		}
		p, err := plan.Get(ctx, tx, s.heads[0], one.ID)
		if err != nil || len(p.Goals[0].Carries) != 2 {
			t.Errorf("what referred to it: %+v %v", p.Goals, err)
		}
		if p.Edition != 1 {
			t.Errorf("the adopted version is %d", p.Edition)
		}
		return err
	})
}

// TestPublished: the clerks of the units directly below are told once that the plan
// above was adopted, and that it was taken back.
func TestPublished(t *testing.T) {
	s := house(t, 2)
	plan.Jobs(s.Jobs)
	p := s.planned(t, s.bikhu, nil, nil)
	told := func(by auth.Actor, key string) (n int) {
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			all, err := notify.List(ctx, tx, by, 0, 100)
			for _, x := range all {
				if x.Key == key {
					n++
				}
			}
			return err
		})
		return n
	}
	s.adopts(t, s.bikhu, p.ID)
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.reopens(t, s.bikhu, p.ID)
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, by := range s.heads {
		if a, r := told(by, "plan.notice.adopted"), told(by, "plan.notice.reopened"); a != 1 || r != 1 {
			t.Errorf("%s was told %d times of the adoption and %d times of the reopening", by.UnitName, a, r)
		}
	}
	if told(s.bikhu, "plan.notice.adopted") != 0 {
		t.Error("the unit itself was told")
	}
}

// TestPlanRefuses: clauses of other papers, numbers that are none, taken or already
// given, and values that are no numbers.
func TestPlanRefuses(t *testing.T) {
	s := house(t, 2)
	_, ids := s.divided(t)
	var other directive.Directive
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if other, err = directive.Enter(ctx, tx, s.clerk(1), directive.Form{Kind: "KH", Number: "7", Symbol: "KH", Issuer: "Đơn vị", Issued: "2020-10-01", Subject: "riêng"}, file.Blob{}); err != nil {
			return err
		}
		return clause.Set(ctx, tx, s.clerk(1), other.ID, 0, "1. Của riêng")
	})
	own := s.clauses(t, clause.Paper{Kind: clause.Directive, ID: other.ID})
	enter := func(change func(f *plan.Form)) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			f := planForm("một")
			change(&f)
			_, err := plan.Enter(ctx, tx, s.heads[0], s.rollout.ID, f)
			return err
		})
	}
	for _, c := range []struct {
		field  string
		change func(f *plan.Form)
	}{
		{"task-1-carries", func(f *plan.Form) { f.Tasks[0].Carries = []string{own["1"]} }},
		{"goal-2-carries", func(f *plan.Form) { f.Goals[1].Carries = []string{"no-such-one"} }},
		{"target-1-value", func(f *plan.Form) { f.Targets = []plan.Target{{Indicator: "Tỷ lệ", Value: "gần hết"}} }},
		{"target-1-indicator", func(f *plan.Form) { f.Targets = []plan.Target{{Value: "95,5"}} }},
	} {
		if err := enter(c.change); kindOf(err) != "invalid" || fault.Of(err).Fields[c.field].Key == "" {
			t.Errorf("%s: %v %v", c.field, err, fault.Of(err).Fields)
		}
	}
	p := s.planned(t, s.heads[0], []string{ids["I.1"]}, nil)
	adopt := func(a plan.Adoption) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return plan.Adopt(ctx, tx, s.heads[0], p.ID, p.Version, a)
		})
	}
	for _, c := range []struct {
		symbol string
		day    vn.Day
		field  string
	}{
		{"mười hai", "2020-10-19", "symbol"}, {"12-CTr/ĐU", "", "day"}, {"12-CTr/ĐU", "2020-10-21", "day"}, {"", "2020-10-19", "symbol"}, {"12-CTr/ĐU", "hôm qua", "day"},
	} {
		if err := adopt(plan.Adoption{Symbol: c.symbol, Day: c.day}); kindOf(err) != "invalid" || fault.Of(err).Fields[c.field].Key == "" {
			t.Errorf("%q %q: %v", c.symbol, c.day, err)
		}
	}
	if err := adopt(plan.Adoption{Symbol: " 12-CTr/ĐU ", Day: "2020-10-19", Then: func(_ context.Context, _ *db.Tx, _ auth.Actor, p plan.Plan) error {
		if p.State != plan.Adopted || p.Symbol != "12-CTr/ĐU" || len(p.Clauses()) != 4 {
			t.Errorf("what follows gets %+v", p)
		}
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
	failed := fault.New(fault.Conflict, "error.conflict")
	q := s.planned(t, s.heads[1], nil, nil)
	err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return plan.Adopt(ctx, tx, s.heads[1], q.ID, q.Version, plan.Adoption{Then: func(context.Context, *db.Tx, auth.Actor, plan.Plan) error { return failed }})
	})
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		now, gerr := plan.Get(ctx, tx, s.heads[1], q.ID)
		if err == nil || now.State != plan.Draft {
			t.Errorf("what follows failed with %v, and the plan is %s", err, now.State)
		}
		return gerr
	})
}

// TestLead: a task is led by a unit that is named by its key, by name and key, or by
// a name that is one unit's alone; anything else is words.
func TestLead(t *testing.T) {
	s := house(t, 2)
	u := s.bloc.units[0]
	for typed, want := range map[string]int64{
		u.Key: u.ID, u.Name: u.ID, "Bất cứ ai (" + u.Key + ")": u.ID, "Ban Tuyên giáo": 0, "Ban (khong-co)": 0, s.bloc.units[1].Name + " và bạn": 0,
	} {
		f := planForm("khối")
		f.Tasks[0].Lead = typed
		s.see(t, func(context.Context, *db.Tx) error { return nil })
		err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			p, err := plan.Enter(ctx, tx, s.bikhu, s.rollout.ID, f)
			if err != nil {
				return err
			}
			got := p.Tasks[0]
			if got.LeadUnit != want || want == 0 && got.Lead != typed || want != 0 && (got.Lead != u.Name || got.LeadKey != u.Key) {
				t.Errorf("%q is led by %d %q %q", typed, got.LeadUnit, got.LeadKey, got.Lead)
			}
			return context.Canceled // another may be entered
		})
		if err == nil {
			t.Fatal("kept")
		}
	}
}

// TestPlanText: what is saved in the text of a plan becomes its rows, which keep
// their names; what its form says goes into the text; what is not finished is not
// adopted.
func TestPlanText(t *testing.T) {
	s := house(t, 1)
	_, ids := s.divided(t)
	p := s.planned(t, s.heads[0], []string{ids["I.1"]}, nil)
	owners := draft.Owners{plan.Drafts()}
	of := draft.Of{Kind: "plan", ID: p.ID}
	edit := func(change func(d *prose.Doc)) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			sub, err := owners.Find(ctx, tx, s.heads[0], of)
			if err != nil {
				return err
			}
			now, err := draft.Begin(ctx, tx, s.heads[0], sub)
			if err != nil {
				return err
			}
			d := prose.Doc{Blocks: append([]prose.Block{}, now.Doc.Blocks...)}
			change(&d)
			_, err = draft.Save(ctx, tx, s.heads[0], sub, now.N, prose.BaseOf(now.Doc), d)
			return err
		})
	}
	id := prose.NewID()
	if err := edit(func(d *prose.Doc) {
		for i, b := range d.Blocks {
			if b.ID == p.Goals[0].ID {
				d.Blocks[i].Text = "Đoàn viên nắm **vững** nghị quyết"
			}
		}
		d.Blocks = append(d.Blocks, prose.Block{ID: id, Kind: prose.Target, Text: "Mở nhiều lớp", Fields: map[string]string{"unit": "lớp"}},
			prose.Block{Kind: prose.Text, Text: "Hết."})
	}); err != nil {
		t.Fatal(err)
	}
	now := s.planOf(t, p.ID)
	if len(now.Goals) != 2 || now.Goals[0].Text != "Đoàn viên nắm vững nghị quyết" || now.Goals[0].ID != p.Goals[0].ID || len(now.Goals[0].Carries) != 1 ||
		len(now.Targets) != 1 || now.Targets[0].Indicator != "Mở nhiều lớp" || !strings.HasSuffix(now.Organisation, "Hết.") || now.Basis != p.Basis {
		t.Errorf("the rows are %+v", now)
	}
	adopt := func(p plan.Plan) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return plan.Adopt(ctx, tx, s.heads[0], p.ID, p.Version, plan.Adoption{})
		})
	}
	if err := adopt(now); fault.Of(err).Key != "plan.error.unfinished" || fault.Of(err).Args[0] != "II.1" {
		t.Errorf("a target without a value: %v", err)
	}
	if err := edit(func(d *prose.Doc) {
		d.Blocks[0].Fields = map[string]string{prose.Carries: "khong-co"}
		d.Blocks[0].Kind = prose.Goal
	}); kindOf(err) != "invalid" {
		t.Errorf("a clause there is not: %v", err)
	}
	f := now.Form()
	f.Targets[0].Value, f.Basis = "35", "Căn cứ mới"
	f.Tasks = append(f.Tasks, plan.Task{Text: "Việc mới", Lead: "Ai đó", Deliverable: "Báo cáo", Deadline: vn.Deadline{Day: "2020-12-01", Wording: vn.Until}})
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return plan.Amend(ctx, tx, s.heads[0], p.ID, now.Version, f)
	})
	now = s.planOf(t, p.ID)
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		d, err := plan.Text(ctx, tx, now)
		b, _ := d.Find(p.Goals[0].ID)
		last, ok := d.Find(now.Tasks[2].ID)
		target, _ := d.Find(id)
		if err != nil || b.Text != "Đoàn viên nắm **vững** nghị quyết" || !ok || last.Text != "Việc mới" || d.Blocks[0].Text != "Căn cứ mới" ||
			target.Fields["value"] != "35" || target.Text != "Mở nhiều lớp" || d.Blocks[len(d.Blocks)-1].Text != "Hết." {
			t.Errorf("the text is %+v %v", d, err)
		}
		return err
	})
	if err := adopt(now); err != nil {
		t.Fatal(err)
	}
	if err := edit(func(d *prose.Doc) { d.Blocks = d.Blocks[1:] }); kindOf(err) != "conflict" {
		t.Errorf("the text of an adopted plan: %v", err)
	}
	if now = s.planOf(t, p.ID); now.Edition != 1 {
		t.Errorf("the adopted version is %d", now.Edition)
	}
}

func (s *story) planOf(t *testing.T, id string) (p plan.Plan) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = plan.Get(ctx, tx, s.heads[0], id)
		return err
	})
	return p
}

// TestCoverageCounts: whatever units draw up, adopt and reopen, the counts are those
// of a count by hand.
func TestCoverageCounts(t *testing.T) {
	s := house(t, 4)
	d, ids := s.divided(t)
	paper := clause.Paper{Kind: clause.Directive, ID: d.ID}
	var all []string
	for _, id := range ids {
		all = append(all, id)
	}
	r := rand.New(rand.NewPCG(6, 34))
	plans, in := map[int]plan.Plan{}, map[int]map[string]bool{}
	for range 30 {
		n := r.IntN(4)
		p, has := plans[n]
		switch {
		case !has:
			some := map[string]bool{}
			var goal, task []string
			for range r.IntN(4) {
				g, k := all[r.IntN(len(all))], all[r.IntN(len(all))]
				goal, task, some[g], some[k] = append(goal, g), append(task, k), true, true
			}
			plans[n] = s.planned(t, s.heads[n], goal, task)
			in[n] = map[string]bool{"": false}
			for id := range some {
				in[n][id] = true
			}
		case in[n][""]:
			s.reopens(t, s.heads[n], p.ID)
			in[n][""] = false
		default:
			s.adopts(t, s.heads[n], p.ID)
			in[n][""] = true
		}
		want := map[string]int64{}
		var adopted int64
		for _, some := range in {
			if !some[""] {
				continue
			}
			adopted++
			for id := range some {
				want[id]++
			}
		}
		c := s.coverage(t, s.vanthu, paper, coverage.Look{})
		if c.Adopted != adopted || c.Due != 4 {
			t.Fatalf("%d of %d adopted, want %d", c.Adopted, c.Due, adopted)
		}
		for _, row := range c.Rows {
			if row.Count != want[row.ID] {
				t.Fatalf("%s: %d, want %d", row.N, row.Count, want[row.ID])
			}
		}
	}
}
