package programme_test

import (
	"context"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/pass"
	"nhipcau/internal/programme"
	"nhipcau/internal/tally"
)

const tree = "dang"

// house is a committee over two cells, in October 2026, with a conference of the
// committee.
type house struct {
	t     testing.TB
	db    *db.DB
	now   atomic.Int64
	units map[string]org.Unit
	c     conference.Conference
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	h.now.Store(time.Date(2026, 10, 1, 1, 0, 0, 0, time.UTC).Unix())
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: "Đảng bộ " + key, Kind: "đảng bộ", From: "2020-01-02"}
		}
		if h.units["top"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đảng", n("top")); err != nil {
			return err
		}
		for _, key := range []string{"mot", "hai"} {
			if h.units[key], err = org.Create(ctx, tx, auth.System(tree), "top", n(key)); err != nil {
				return err
			}
		}
		h.c, err = conference.Enter(ctx, tx, h.clerk("top"), conference.Form{
			Title: "Hội nghị học tập", Sort: "main", Mode: "hybrid", Day: "2026-10-12", Start: "7:30", End: "11:00",
			Place: "Hội trường lớn, https://zoom.us/j/123?pwd=mat", Units: []string{"mot"},
			Topics: []conference.Topic{
				{Sort: "opening", Title: "Khai mạc", Start: "7:30", End: "7:45"},
				{Title: "Chuyên đề 1", Speaker: "Trần Văn A", SpeakerTitle: "Trưởng ban", Start: "07:45", End: "09:00"},
				{Sort: "break", Title: "Nghỉ", Start: "09:00", End: "09:15"},
				{Title: "Chuyên đề 2", Start: "09:15"},
			},
		})
		return err
	})
	return h
}

func (h *house) clerk(unit string) auth.Actor {
	u := h.units[unit]
	return auth.Actor{Login: "ai-" + unit, Name: "Người của " + unit, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{auth.Clerk}}
}

func (h *house) write(f func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(h.t.Context(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) try(f func(ctx context.Context, tx *db.Tx) error) error {
	h.t.Helper()
	return h.db.Write(h.t.Context(), f)
}

func (h *house) get() (c conference.Conference) {
	h.t.Helper()
	dbtest.Read(h.t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = conference.Get(ctx, tx, h.clerk("top"), h.c.ID)
		return err
	})
	return c
}

func (h *house) want(what string, err error, k fault.Kind, key string) {
	h.t.Helper()
	if !fault.Is(err, k) || fault.Of(err).Key != key {
		h.t.Errorf("%s: got %v, want %s", what, err, key)
	}
}

// TestTopicsKeepTheirIDs: what moves or is reworded is the same topic; one that a
// material belongs to does not vanish.
func TestTopicsKeepTheirIDs(t *testing.T) {
	h := build(t)
	was := h.c.Topics
	if was[0].Start != "07:30" || was[1].Sort != "topic" || was[0].ID == "" || was[0].ID == was[1].ID {
		t.Fatalf("topics %+v", was)
	}
	blob := file.Blob{SHA256: "ab", Name: "de-cuong.pdf", Kind: file.PDF, Size: 3}
	var m programme.Material
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = programme.Add(ctx, tx, h.clerk("top"), h.c.ID, was[1].ID, "", false, blob)
		return err
	})
	if m.Title != "de-cuong.pdf" {
		t.Errorf("material %+v", m)
	}
	set := func(topics ...conference.Topic) error {
		return h.try(func(ctx context.Context, tx *db.Tx) error {
			return conference.SetTopics(ctx, tx, h.clerk("top"), h.c.ID, h.get0(ctx, tx).Version, topics)
		})
	}
	moved := was[1]
	moved.Title, moved.Start, moved.End = "Chuyên đề 1 (bổ sung)", "", ""
	if err := set(moved, conference.Topic{ID: "giả", Title: "Mới"}, was[3]); err != nil {
		t.Fatal(err)
	}
	now := h.get().Topics
	if len(now) != 3 || now[0].ID != was[1].ID || now[0].Title != moved.Title || now[2].ID != was[3].ID || now[1].ID == "giả" || now[1].ID == was[0].ID {
		t.Errorf("after: %+v", now)
	}
	h.want("a topic with a material goes", set(now[2]), fault.Conflict, "conference.error.topic_bound")
	if n := len(h.get().Topics); n != 3 {
		t.Errorf("%d topics after a refusal", n)
	}
	h.write(func(ctx context.Context, tx *db.Tx) error {
		return programme.Remove(ctx, tx, h.clerk("top"), h.c.ID, m.ID, "gửi nhầm")
	})
	if err := set(now[2]); err != nil {
		t.Error(err)
	}
}

func (h *house) get0(ctx context.Context, tx *db.Tx) conference.Conference {
	c, err := conference.Get(ctx, tx, h.clerk("top"), h.c.ID)
	if err != nil {
		h.t.Error(err)
	}
	return c
}

// TestTimesAreChecked: each mistake is said at its row.
func TestTimesAreChecked(t *testing.T) {
	h := build(t)
	for name, c := range map[string]struct {
		topics []conference.Topic
		field  string
		key    string
	}{
		"no time":       {[]conference.Topic{{Title: "a", Start: "7h"}}, "start-0", "conference.error.time"},
		"before":        {[]conference.Topic{{Title: "a", Start: "07:00"}}, "start-0", "conference.error.before"},
		"after":         {[]conference.Topic{{Title: "a", Start: "08:00", End: "11:30"}}, "end-0", "conference.error.after"},
		"backwards":     {[]conference.Topic{{Title: "a", Start: "09:00", End: "8:00"}}, "end-0", "conference.error.topic_end"},
		"an empty row":  {[]conference.Topic{{}, {Title: "a", Start: "08:00", End: "09:00"}, {Title: "b", Start: "08:59"}}, "start-2", "conference.error.overlap"},
		"order":         {[]conference.Topic{{Title: "a", Start: "09:00"}, {Title: "b", Start: "08:00"}}, "start-1", "conference.error.overlap"},
		"an end alone":  {[]conference.Topic{{Title: "a", End: "08:00"}}, "start-0", "error.needed"},
		"nothing to it": {[]conference.Topic{{Speaker: "a"}}, "topics", "error.needed"},
	} {
		err := h.try(func(ctx context.Context, tx *db.Tx) error {
			return conference.SetTopics(ctx, tx, h.clerk("top"), h.c.ID, h.c.Version, c.topics)
		})
		if got := fault.Of(err).Fields[c.field]; got.Key != c.key {
			t.Errorf("%s: got %v (%v), want %s at %s", name, fault.Of(err).Fields, err, c.key, c.field)
		}
	}
	err := h.try(func(ctx context.Context, tx *db.Tx) error {
		return conference.SetTopics(ctx, tx, h.clerk("mot"), h.c.ID, h.c.Version, nil)
	})
	h.want("another unit", err, fault.NotFound, "error.not_found")
}

// TestWhoOpensThePage: private, with a code, and public.
func TestWhoOpensThePage(t *testing.T) {
	h := build(t)
	by, nobody := h.clerk("top"), auth.Actor{}
	var code, foreign string
	set := func(version int64, v programme.Visibility) (s string) {
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if err := programme.Set(ctx, tx, by, h.c.ID, version, v, false); err != nil {
				return err
			}
			s, err = programme.AddressOf(ctx, tx, h.c.ID)
			return err
		})
		return s
	}
	address := set(0, programme.Invited)[len("/p/"):]
	open := func(by auth.Actor, code string) (v programme.View, err error) {
		err = h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			v, err = programme.Open(ctx, tx, by, address, code)
			return err
		})
		return v, err
	}
	_, err := open(nobody, "0123456789ABCDEFGHJKMNPQRS")
	h.want("before any code was made", err, fault.NotFound, "error.not_found")
	h.write(func(ctx context.Context, tx *db.Tx) error {
		c, err := pass.NewCoder(ctx, tx, h.c.ID)
		if err != nil {
			return err
		}
		other, err := pass.NewCoder(ctx, tx, "khac")
		code, foreign = c.Guest(7), other.Guest(7)
		return err
	})
	_, err = open(nobody, code)
	h.want("a draft", err, fault.NotFound, "error.not_found")
	if _, err := open(by, ""); err != nil {
		t.Errorf("its host does not see a draft: %v", err)
	}
	h.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := org.Admit(ctx, tx, auth.System(tree), "mot", org.NewMember{Name: "Lê Thị B", From: "2020-01-02"})
		if err != nil {
			return err
		}
		if err := org.Appoint(ctx, tx, auth.System(tree), "mot", m.Key, org.Appointment{Title: "Bí thư", Rank: 1, From: "2020-01-02"}); err != nil {
			return err
		}
		_, err = conference.Convene(ctx, tx, by, h.c.ID, h.c.Version)
		return err
	})
	_, err = open(nobody, code)
	h.want("a good code of a guest who is not invited", err, fault.NotFound, "error.not_found")
	h.write(func(ctx context.Context, tx *db.Tx) error {
		return attendance.InviteGuest(ctx, tx, h.c.ID, 7, 0, "Trần Thị C", "Sở Nội vụ")
	})
	first := "X"
	if strings.HasPrefix(code, first) {
		first = "Y"
	}
	for _, bad := range []string{"", foreign, code[1:], first + code[1:]} {
		_, err := open(nobody, bad)
		h.want("code "+bad, err, fault.NotFound, "error.not_found")
	}
	v, err := open(nobody, code)
	if err != nil || v.Conference.Place != "Hội trường lớn" || len(v.Conference.Topics) != 4 {
		t.Errorf("with a code: %+v, %v", v.Conference, err)
	}
	set(1, programme.Public)
	if _, err := open(nobody, ""); err != nil {
		t.Errorf("public: %v", err)
	}
	set(2, programme.Private)
	_, err = open(nobody, code)
	h.want("private", err, fault.NotFound, "error.not_found")
	err = h.try(func(ctx context.Context, tx *db.Tx) error {
		return programme.Set(ctx, tx, by, h.c.ID, 1, programme.Public, false)
	})
	h.want("set meanwhile", err, fault.Conflict, "error.conflict")
}

// TestNewestEditionStands: earlier ones are kept; people outside get the newest of
// what is open.
func TestNewestEditionStands(t *testing.T) {
	h := build(t)
	by := h.clerk("top")
	var m programme.Material
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = programme.Add(ctx, tx, by, h.c.ID, h.c.Topics[1].ID, "Đề cương", true, file.Blob{SHA256: "aa", Name: "mot.pdf", Kind: file.PDF, Size: 1})
		if err != nil {
			return err
		}
		_, err = programme.Add(ctx, tx, by, h.c.ID, h.c.Topics[1].ID, "Nội bộ", false, file.Blob{SHA256: "cc", Name: "trong.pdf", Kind: file.PDF, Size: 1})
		return err
	})
	h.now.Add(3600)
	h.write(func(ctx context.Context, tx *db.Tx) error {
		if err := programme.Replace(ctx, tx, by, h.c.ID, m.ID, file.Blob{SHA256: "bb", Name: "hai.pdf", Kind: file.PDF, Size: 2}); err != nil {
			return err
		}
		return programme.Set(ctx, tx, by, h.c.ID, 0, programme.Public, false)
	})
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		m, err := programme.Find(ctx, tx, by, h.c.ID, m.ID)
		if err != nil {
			return err
		}
		if len(m.Files) != 2 || m.Newest().Name != "hai.pdf" || m.Newest().N != 2 || m.Files[1].Name != "mot.pdf" || m.Files[1].Who != by.Name || !m.Files[1].At.Before(m.Files[0].At) {
			t.Errorf("editions %+v", m.Files)
		}
		address, err := programme.AddressOf(ctx, tx, h.c.ID)
		if err != nil {
			return err
		}
		v, err := programme.Open(ctx, tx, by, address[len("/p/"):], "")
		if err != nil || len(v.Materials) != 1 || len(v.Materials[0].Files) != 1 || v.Materials[0].Newest().Name != "hai.pdf" {
			t.Errorf("outside: %+v, %v", v.Materials, err)
		}
		return nil
	})
	err := h.try(func(ctx context.Context, tx *db.Tx) error {
		_, err := programme.Add(ctx, tx, by, h.c.ID, "khong", "x", true, file.Blob{})
		return err
	})
	if f := fault.Of(err).Fields; f["topic"].Key != "error.needed" || f["file"].Key != "error.needed" {
		t.Errorf("nothing chosen: %v", err)
	}
}

// TestCopyMovesItsTimes: the copy begins when asked, and everything moves with it.
func TestCopyMovesItsTimes(t *testing.T) {
	h := build(t)
	by := h.clerk("top")
	made := func(f programme.Copy) (c conference.Conference, err error) {
		err = h.try(func(ctx context.Context, tx *db.Tx) error {
			if c, err = programme.CopyOf(ctx, tx, by, h.c.ID, f, []programme.Copier{func(ctx context.Context, tx *db.Tx, by auth.Actor, from, to string) error {
				if from != h.c.ID || to == from {
					t.Errorf("copied %s to %s", from, to)
				}
				return nil
			}}); err != nil {
				return err
			}
			units, err := conference.InvitedUnits(ctx, tx, c)
			if len(units) != 1 == f.Units {
				t.Errorf("units %v", units)
			}
			return err
		})
		return c, err
	}
	c, err := made(programme.Copy{Title: "Hội nghị quý IV", Day: "2026-12-01", Start: "13:30", Units: true})
	if err != nil {
		t.Fatal(err)
	}
	if c.State != conference.Draft || c.Start != "13:30" || c.End != "17:00" || len(c.Topics) != 4 || c.Topics[1].Start != "13:45" || c.Topics[1].End != "15:00" ||
		c.Topics[3].End != "" || c.Topics[1].Speaker != "Trần Văn A" || c.Topics[1].ID == h.c.Topics[1].ID {
		t.Errorf("copy %+v", c)
	}
	if c, err = made(programme.Copy{Title: "Như cũ", Day: "2026-12-02"}); err != nil || c.Start != "07:30" {
		t.Errorf("at its own time: %+v, %v", c, err)
	}
	_, err = made(programme.Copy{Title: "Đêm", Day: "2026-12-02", Start: "22:00"})
	if fault.Of(err).Fields["start"].Key != "programme.error.shift" {
		t.Errorf("over midnight: %v", err)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := programme.Patterns(ctx, tx, by)
		if len(all) != 0 {
			t.Errorf("patterns %v", all)
		}
		return err
	})
	h.write(func(ctx context.Context, tx *db.Tx) error {
		return programme.Set(ctx, tx, by, h.c.ID, 0, programme.Private, true)
	})
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := programme.Patterns(ctx, tx, by)
		if len(all) != 1 || all[0].ID != h.c.ID || all[0].Topics != 4 {
			t.Errorf("patterns %v", all)
		}
		return err
	})
}

// TestPhotosKeepTheirOrder, and only open ones are on the page outside.
func TestPhotosKeepTheirOrder(t *testing.T) {
	h := build(t)
	by := h.clerk("top")
	blob := file.Blob{SHA256: "aa", Name: "anh.jpg", Kind: file.JPEG, Size: 1}
	var ids []string
	h.write(func(ctx context.Context, tx *db.Tx) error {
		ids = nil
		for _, caption := range []string{"Khai mạc", "Thảo luận", "Bế mạc"} {
			p, err := programme.AddPhoto(ctx, tx, by, h.c.ID, caption, caption == "Bế mạc", blob, blob)
			if err != nil {
				return err
			}
			ids = append(ids, p.ID)
		}
		return programme.Set(ctx, tx, by, h.c.ID, 0, programme.Public, false)
	})
	h.write(func(ctx context.Context, tx *db.Tx) error {
		if err := programme.AmendPhoto(ctx, tx, by, h.c.ID, ids[2], 1, "Bế mạc hội nghị", true, -1); err != nil {
			return err
		}
		return programme.AmendPhoto(ctx, tx, by, h.c.ID, ids[0], 1, "Khai mạc", false, -1) // it is the first already
	})
	order := func() (s string) {
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
			all, err := programme.Photos(ctx, tx, by, h.c.ID)
			for _, p := range all {
				s += p.Caption + ";"
			}
			return err
		})
		return s
	}
	if got := order(); got != "Khai mạc;Bế mạc hội nghị;Thảo luận;" {
		t.Error(got)
	}
	h.want("changed meanwhile", h.try(func(ctx context.Context, tx *db.Tx) error {
		return programme.AmendPhoto(ctx, tx, by, h.c.ID, ids[2], 1, "x", true, 0)
	}), fault.Conflict, "error.conflict")
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		address, err := programme.AddressOf(ctx, tx, h.c.ID)
		if err != nil {
			return err
		}
		v, err := programme.Open(ctx, tx, by, address[len("/p/"):], "")
		if len(v.Photos) != 1 || v.Photos[0].Caption != "Bế mạc hội nghị" {
			t.Errorf("outside: %+v", v.Photos)
		}
		return err
	})
	h.write(func(ctx context.Context, tx *db.Tx) error { return programme.RemovePhoto(ctx, tx, by, h.c.ID, ids[0]) })
	if got := order(); got != "Bế mạc hội nghị;Thảo luận;" {
		t.Error(got)
	}
	h.want("another unit", h.try(func(ctx context.Context, tx *db.Tx) error {
		return programme.RemovePhoto(ctx, tx, h.clerk("hai"), h.c.ID, ids[1])
	}), fault.NotFound, "error.not_found")
}
