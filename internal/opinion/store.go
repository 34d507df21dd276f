package opinion

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/vn"
)

func notFound() error { return fault.New(fault.NotFound, "error.not_found") }

// A person sees the consultations of their subtree, those that ask their unit, one
// under it or one above it, and those that ask them in person. Every query that reads
// consultations for a person starts from seen: $1 is the tree, $2 and $3 the range of
// the subtree, $4 the person's member record.
const (
	columns = `c.id, c.unit, u.key, n.short, c.owner_kind, c.owner_id, c.n, c.label, c.title, c.note, c.day, c.wording, c.state, c.sheet, c.reminded,
		c.entered_name, c.entered_at, c.version, c.tree, pl.path`
	seen = `SELECT ` + columns + `
		FROM consultation c
		JOIN unit u ON u.id = c.unit
		JOIN unit_name n ON n.unit = c.unit AND ` + newestName + `
		JOIN place pl ON pl.tree = c.tree AND pl.unit = c.unit
		WHERE c.tree = $1 AND (pl.path >= $2 AND pl.path < $3
			OR substr($2, 1, length(pl.path)) = pl.path AND EXISTS (
				SELECT 1 FROM opinion_unit o JOIN place op ON op.tree = c.tree AND op.unit = o.unit
				WHERE o.consultation = c.id AND o.due = 1 AND (op.path >= $2 AND op.path < $3 OR substr($2, 1, length(op.path)) = op.path))
			OR EXISTS (SELECT 1 FROM opinion_person o WHERE o.consultation = c.id AND o.member = $4))`
	standingUnit = `EXISTS (SELECT 1 FROM unit_edge e WHERE e.tree = p.tree AND e.unit = p.unit AND e.to_day = '')`
	newestName   = `n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = n.unit)`
)

func scan(r db.Scanner) (c Consultation, err error) {
	err = r.Scan(&c.ID, &c.Unit, &c.UnitKey, &c.UnitName, &c.OwnerKind, &c.OwnerID, &c.N, &c.Label, &c.Title, &c.Note, &c.Deadline.Day, &c.Deadline.Wording,
		&c.State, &c.Sheet, &c.Reminded, &c.EnteredName, db.At(&c.EnteredAt), &c.Version, &c.tree, &c.path)
	return c, err
}

// Get returns a consultation that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Consultation, error) {
	return db.First(db.All(ctx, tx, scan, seen+` AND c.id = $5`, by.Tree, by.Path, by.End(), by.Member, id))
}

// List returns the consultations that by may see, of one draft or, if of is zero,
// of all, the newest first.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, of draft.Of, offset, limit int) ([]Consultation, error) {
	return db.All(ctx, tx, scan, seen+` AND ($5 = '' OR c.owner_kind = $5 AND c.owner_id = $6) ORDER BY c.entered_at DESC, c.id LIMIT $7 OFFSET $8`,
		by.Tree, by.Path, by.End(), by.Member, of.Kind, of.ID, limit, offset)
}

// after returns those that come after one in the order of List; id "" is the first.
func after(ctx context.Context, tx *db.Tx, by auth.Actor, at int64, id string, limit int) ([]Consultation, error) {
	return db.All(ctx, tx, scan, seen+` AND ($6 = '' OR c.entered_at < $5 OR c.entered_at = $5 AND c.id > $6) ORDER BY c.entered_at DESC, c.id LIMIT $7`,
		by.Tree, by.Path, by.End(), by.Member, at, id, limit)
}

// Owing returns the open consultations to which by's own unit still owes an opinion,
// and those that ask by in person and are not answered, the soonest first.
func Owing(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Consultation, error) {
	const most = 100
	unit, before := by.Unit, by.Before
	if !by.Is(auth.Secretary, auth.Clerk) {
		unit, before = 0, nil
	}
	return db.All(ctx, tx, scan, seen+` AND c.state = 'open' AND (
			EXISTS (SELECT 1 FROM opinion_unit o WHERE o.consultation = c.id AND `+db.Among("o.unit", "$5", before)+` AND o.due = 1 AND o.state = 'gathering')
			OR EXISTS (SELECT 1 FROM opinion_person o WHERE o.consultation = c.id AND o.member = $4 AND o.answered = 0))
		ORDER BY c.day, c.id LIMIT $6`, by.Tree, by.Path, by.End(), by.Member, unit, most)
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, c Consultation) error {
	return tx.Exec(ctx, `INSERT INTO consultation (id, tree, unit, owner_kind, owner_id, n, label, title, note, day, wording, state, sheet, reminded,
			entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, $15, $16, 1)`,
		c.ID, c.tree, c.Unit, c.OwnerKind, c.OwnerID, c.N, c.Label, c.Title, c.Note, c.Deadline.Day, c.Deadline.Wording, c.State, c.Sheet, by.Login, by.Name, tx.Now)
}

func setState(ctx context.Context, tx *db.Tx, id string, version int64, to State) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE consultation SET state = $1, version = version + 1 WHERE id = $2 AND version = $3`, to, id, version))
}

func setDeadline(ctx context.Context, tx *db.Tx, id string, version int64, d vn.Deadline) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE consultation SET day = $1, wording = $2, version = version + 1 WHERE id = $3 AND version = $4`, d.Day, d.Wording, id, version))
}

func setReminded(ctx context.Context, tx *db.Tx, id string, version int64, day vn.Day) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE consultation SET reminded = $1, version = version + 1 WHERE id = $2 AND version = $3`, day, id, version))
}

// A Person is somebody who is asked in person.
type Person struct {
	Member   int64
	Name     string
	Unit     int64
	UnitName string
	Answered bool
	Agrees   bool

	account string // "" for none
}

const people = `SELECT m.id, m.name, o.unit, n.short, o.answered, o.agrees,
		coalesce((SELECT min(c.id) FROM account c WHERE c.member = m.id AND c.disabled_at IS NULL), '')
	FROM opinion_person o JOIN member m ON m.id = o.member JOIN unit_name n ON n.unit = o.unit AND ` + newestName + `
	WHERE o.consultation = $1`

func scanPerson(r db.Scanner) (p Person, err error) {
	var answered, agrees int
	err = r.Scan(&p.Member, &p.Name, &p.Unit, &p.UnitName, &answered, &agrees, &p.account)
	p.Answered, p.Agrees = answered != 0, agrees != 0
	return p, err
}

// PeopleOf returns everybody who is asked in person. The caller is over the owner.
func PeopleOf(ctx context.Context, tx *db.Tx, id string) ([]Person, error) {
	return db.All(ctx, tx, scanPerson, people+` ORDER BY m.id`, id)
}

// SilentPeople returns those who are asked in person and have not answered.
func SilentPeople(ctx context.Context, tx *db.Tx, id string) ([]Person, error) {
	return db.All(ctx, tx, scanPerson, people+` AND o.answered = 0 ORDER BY m.id`, id)
}

// PersonOf returns how a member stands who is asked in person, and false for one who
// is not.
func PersonOf(ctx context.Context, tx *db.Tx, id string, member int64) (Person, bool, error) {
	if member == 0 {
		return Person{}, false, nil
	}
	all, err := db.All(ctx, tx, scanPerson, people+` AND o.member = $2`, id, member)
	if err != nil || len(all) == 0 {
		return Person{}, false, err
	}
	return all[0], true, nil
}

func insertPeople(ctx context.Context, tx *db.Tx, id string, all []Person) error {
	return db.InsertMany(ctx, tx, `INSERT INTO opinion_person (consultation, member, unit, answered, agrees) VALUES`, len(all), func(i int) []any {
		return []any{id, all[i].Member, all[i].Unit, 0, 0}
	})
}

func setPerson(ctx context.Context, tx *db.Tx, id string, p Person) error {
	return tx.Exec(ctx, `UPDATE opinion_person SET answered = $1, agrees = $2 WHERE consultation = $3 AND member = $4`, p.Answered, p.Agrees, id, p.Member)
}

// tellPeople puts a notice before those who have a login.
func tellPeople(ctx context.Context, tx *db.Tx, all []Person, key string, args []string, link string) error {
	for _, p := range all {
		if p.account == "" {
			continue
		}
		if err := notify.Send(ctx, tx, notify.Notice{Account: p.account, Key: key, Args: args, Link: link}); err != nil {
			return err
		}
	}
	return nil
}

// askedPeople returns people by key; the keys that by may not see are wrong input.
func askedPeople(ctx context.Context, tx *db.Tx, by auth.Actor, keys []string) ([]Person, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	found := map[string]Person{}
	type keyed struct {
		key string
		Person
	}
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (k keyed, err error) {
		return k, r.Scan(&k.Member, &k.key, &k.Name, &k.Unit, &k.account)
	}, `SELECT m.id, m.key, m.name, s.unit, coalesce((SELECT min(c.id) FROM account c WHERE c.member = m.id AND c.disabled_at IS NULL), '')
		FROM member m
		JOIN membership s ON s.member = m.id AND s.ended = 0
		JOIN place p ON p.tree = $1 AND p.unit = s.unit AND p.path >= $2 AND p.path < $3
		WHERE m.key IN`, keys, by.Tree, by.Path, by.End())
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		found[k.key] = k.Person
	}
	var out []Person
	w := fault.Wrong{}
	for _, k := range keys {
		if p, ok := found[k]; ok {
			out = append(out, p)
		} else {
			w.Add("people", "opinion.error.person", k)
		}
	}
	return out, w.Err()
}

// asked returns the units that a form means, all of them under by's.
func asked(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) ([]int64, error) {
	if f.Whom == Nobody {
		return nil, nil
	}
	scan := func(r db.Scanner) (u int64, err error) { return u, r.Scan(&u) }
	under := `SELECT p.unit FROM place p JOIN place o ON o.tree = p.tree AND o.unit = $4 WHERE p.tree = $1 AND p.path > $2 AND p.path < $3 AND ` + standingUnit
	args := []any{by.Tree, by.Path, by.End(), by.Unit}
	w := fault.Wrong{}
	var all []int64
	var err error
	switch f.Whom {
	case These:
		return askedThese(ctx, tx, by, f.Units)
	case OfKind:
		all, err = db.All(ctx, tx, scan, under+` AND EXISTS (SELECT 1 FROM unit_kind k WHERE k.unit = p.unit AND k.kind = $6
			AND k.from_day = (SELECT max(x.from_day) FROM unit_kind x WHERE x.unit = k.unit)) ORDER BY p.path LIMIT $5`, append(args, maxUnits+1, f.Kind)...)
	case Subtree:
		all, err = db.All(ctx, tx, scan, under+` ORDER BY p.path LIMIT $5`, append(args, maxUnits+1)...)
	default:
		steps := f.Steps
		if f.Whom == Under {
			steps = 1
		}
		all, err = db.All(ctx, tx, scan, under+` AND p.depth = o.depth + $6 ORDER BY p.path LIMIT $5`, append(args, maxUnits+1, steps)...)
	}
	switch {
	case len(all) > maxUnits:
		w.Add("whom", "opinion.error.many", vn.Int(maxUnits))
	case err == nil && len(all) == 0:
		w.Add("whom", "opinion.error.none")
	}
	if err != nil {
		return nil, err
	}
	return all, w.Err()
}

func askedThese(ctx context.Context, tx *db.Tx, by auth.Actor, keys []string) ([]int64, error) {
	found := map[string]int64{}
	type keyed struct {
		key string
		id  int64
	}
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (k keyed, err error) { return k, r.Scan(&k.key, &k.id) },
		`SELECT u.key, u.id FROM unit u JOIN place p ON p.tree = $1 AND p.unit = u.id AND p.path > $2 AND p.path < $3 AND `+standingUnit+` WHERE u.key IN`, keys, by.Tree, by.Path, by.End())
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		found[k.key] = k.id
	}
	w := fault.Wrong{}
	var out []int64
	for _, k := range keys {
		if found[k] == 0 {
			w.Add("units", "opinion.error.unit", k)
		}
		out = append(out, found[k])
	}
	if len(out) > maxUnits {
		w.Add("units", "opinion.error.many", vn.Int(maxUnits))
	}
	return out, w.Err()
}

// chain returns the paths of the units above one and of itself, as parameters after
// args.
func chain(path string, args []any) (in string, all []any) {
	var names []string
	for i, r := range path {
		if r == '/' && i > 0 {
			args = append(args, path[:i+1])
			names = append(names, db.Arg(len(args)))
		}
	}
	return strings.Join(names, ", "), args
}
