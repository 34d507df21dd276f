package presence

import (
	"context"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/db"
)

// A Noted is a fact as pages show it.
type Noted struct {
	ID         string
	MemberID   int64  // 0 of a guest, or a count
	Member     string // key
	Name       string // of the guest, if it is one
	Unit       int64  // home
	UnitName   string
	Extra      bool
	Site       int64
	State      attendance.State
	Call       int64
	Guest      attendance.Visitor
	Reason     string
	Ref        string
	N          int64
	Device     string
	Seq        int64
	At         time.Time // corrected
	Offset     time.Duration
	Source     string
	Standing   attendance.Standing
	Late       bool
	Batch      int64
	ActorName  string
	RecordedAt time.Time
}

// ClockWrong reports whether the device's clock was far off.
func (n Noted) ClockWrong() bool {
	return n.Offset > attendance.LargeOffset || n.Offset < -attendance.LargeOffset
}

const noted = `SELECT f.id, f.member, coalesce(m.key, ''), coalesce(m.name, f.guest_name), f.unit, coalesce(n.short, ''), f.extra, f.site, f.state, f.device, f.seq, f.at_ms, f.offset_ms, f.source, f.standing, f.late,
		f.batch, f.actor_name, f.at, f.call, f.n, f.reason, f.ref, f.guest, f.guest_name, f.guest_org
	FROM attendance_fact f
	LEFT JOIN member m ON m.id = f.member
	LEFT JOIN unit_name n ON n.unit = f.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = f.unit)
	WHERE f.occasion = $1`

func scanNoted(r db.Scanner) (n Noted, err error) {
	var extra, late, standing int
	var ms, off int64
	err = r.Scan(&n.ID, &n.MemberID, &n.Member, &n.Name, &n.Unit, &n.UnitName, &extra, &n.Site, &n.State, &n.Device, &n.Seq, &ms, &off, &n.Source, &standing, &late,
		&n.Batch, &n.ActorName, db.At(&n.RecordedAt), &n.Call, &n.N, &n.Reason, &n.Ref, &n.Guest.ID, &n.Guest.Name, &n.Guest.Org)
	n.Extra, n.Late, n.At, n.Offset = extra != 0, late != 0, time.UnixMilli(ms).UTC(), time.Duration(off)*time.Millisecond
	n.Standing = attendance.StandingOf(standing)
	return n, err
}

// FactsAt returns facts of a site in the order in which they came, at most limit
// after a batch.
func FactsAt(ctx context.Context, tx *db.Tx, occasion string, site, after int64, limit int) ([]Noted, error) {
	return db.All(ctx, tx, scanNoted, noted+` AND f.id IN (SELECT id FROM attendance_fact WHERE occasion = $1 AND site = $2 AND batch > $3) ORDER BY f.batch, f.id LIMIT $4`, occasion, site, after, limit)
}

// FactsFrom returns facts of a site in the order in which they came, at most limit
// after the one of a batch with an id.
func FactsFrom(ctx context.Context, tx *db.Tx, occasion string, site, batch int64, id string, limit int) ([]Noted, error) {
	return db.All(ctx, tx, scanNoted, noted+` AND f.id IN (SELECT id FROM attendance_fact WHERE occasion = $1 AND site = $2 AND batch >= $3 AND (batch > $3 OR id > $4)
		ORDER BY batch, id LIMIT $5) ORDER BY f.batch, f.id`, occasion, site, batch, id, limit)
}

// Apart returns facts of a site that do not count, or were late, the last first.
func Apart(ctx context.Context, tx *db.Tx, occasion string, site int64, limit int) ([]Noted, error) {
	return db.All(ctx, tx, scanNoted, noted+` AND f.id IN (SELECT id FROM attendance_fact WHERE occasion = $1 AND site = $2) AND (f.standing NOT IN (1, 4) OR f.late = 1) ORDER BY f.batch DESC, f.id LIMIT $3`, occasion, site, limit)
}

// BatchOf returns the facts of a batch whose people have their home in a unit.
func BatchOf(ctx context.Context, tx *db.Tx, occasion string, site, batch, unit int64) ([]Noted, error) {
	return db.All(ctx, tx, scanNoted, noted+` AND f.id IN (SELECT id FROM attendance_fact WHERE occasion = $1 AND site = $2 AND batch = $3) AND f.unit = $4 ORDER BY m.sort, f.id`, occasion, site, batch, unit)
}

// Counting returns the facts that count in an occasion.
func Counting(ctx context.Context, tx *db.Tx, occasion string) ([]Noted, error) {
	return db.All(ctx, tx, scanNoted, noted+` AND f.standing = 1 ORDER BY f.id`, occasion)
}

// A Device is what a site has had from one device.
type Device struct {
	Name   string
	Facts  int64
	Last   time.Time     // corrected time of the last
	Offset time.Duration // the largest, either way
}

// Devices returns the devices of a site.
func Devices(ctx context.Context, tx *db.Tx, occasion string, site int64) ([]Device, error) {
	return db.All(ctx, tx, func(r db.Scanner) (d Device, err error) {
		var ms, most, least int64
		err = r.Scan(&d.Name, &d.Facts, &ms, &most, &least)
		d.Last, d.Offset = time.UnixMilli(ms).UTC(), time.Duration(max(most, -least))*time.Millisecond
		return d, err
	}, `SELECT device, count(*), max(at_ms), max(offset_ms), min(offset_ms) FROM attendance_fact
		WHERE occasion = $1 AND id IN (SELECT id FROM attendance_fact WHERE occasion = $1 AND site = $2) GROUP BY device ORDER BY device`, occasion, site)
}
