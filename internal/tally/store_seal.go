package tally

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"nhipcau/internal/db"
)

// hash returns the SHA-256, in hex, of a sheet and its posts up to one, after the
// hash of the seal before. Every field of a post is in it, so that nobody can
// change who posted what, when and why without its showing.
func (s Sheet) hash(ctx context.Context, tx *db.Tx, before string, upTo int64) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d %q %q %q %d %d %d\n", before, s.ID, s.Kind, s.Source, s.Tree, s.Epoch, s.Root, s.Part)
	err := db.Each(ctx, tx, `
		SELECT id, unit, vector, source_kind, source_id, actor, actor_name, reason, signer, paper, at
		FROM tally_post WHERE sheet = $1 AND id <= $2 ORDER BY id`, []any{s.ID, upTo}, func(r db.Scanner) error {
		var id, unit, at int64
		var vector []byte
		var kind, source, actor, name, reason, signer, paper string
		if err := r.Scan(&id, &unit, &vector, &kind, &source, &actor, &name, &reason, &signer, &paper, &at); err != nil {
			return err
		}
		_, err := fmt.Fprintf(h, "%d %d %x %q %q %q %q %q %q %q %d\n", id, unit, vector, kind, source, actor, name, reason, signer, paper, at)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// over returns the hash of l, given that of its posts: all that a seal says is in
// it, so that nobody can put another name, office or time under it.
func (l Seal) over(posts string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d %d %d %d %t %q %q %q %d\n", posts, l.ID, l.Sheet, l.Post, l.Before, l.Reform, l.Signer, l.SignerName, l.Office, l.At.Unix())
	return hex.EncodeToString(h.Sum(nil))
}

const sealColumns = `l.id, l.sheet, l.post, l.before, l.hash, l.reform, l.signer, l.signer_name, l.office, l.at`

func scanSeal(r db.Scanner) (l Seal, err error) {
	var reform int
	err = r.Scan(&l.ID, &l.Sheet, &l.Post, &l.Before, &l.Hash, &reform, &l.Signer, &l.SignerName, &l.Office, db.At(&l.At))
	l.Reform = reform != 0
	return l, err
}

// Seals returns the seals of a sheet, the oldest first, whoever asks.
func Seals(ctx context.Context, tx *db.Tx, sheet int64) ([]Seal, error) {
	return db.All(ctx, tx, scanSeal, `SELECT `+sealColumns+` FROM tally_seal l WHERE l.sheet = $1 ORDER BY l.id`, sheet)
}

// lastSeal returns the newest seal of the thing that a sheet counts, whatever
// part it is of; ID is 0 if it has none.
func lastSeal(ctx context.Context, tx *db.Tx, s Sheet) (Seal, error) {
	all, err := db.All(ctx, tx, scanSeal, `SELECT `+sealColumns+` FROM tally_seal l JOIN tally_sheet s ON s.id = l.sheet
		WHERE s.kind = $1 AND s.source = $2 ORDER BY l.id DESC LIMIT 1`, s.Kind, s.Source)
	if err != nil || len(all) == 0 {
		return Seal{}, err
	}
	return all[0], nil
}

// sealHash returns the hash of a seal, "" for none.
func sealHash(ctx context.Context, tx *db.Tx, id int64) (hash string, err error) {
	if id == 0 {
		return "", nil
	}
	err = tx.One(ctx, `SELECT hash FROM tally_seal WHERE id = $1`, []any{id}, &hash)
	return hash, err
}

func insertSeal(ctx context.Context, tx *db.Tx, l Seal) error {
	if err := tx.Exec(ctx, `
		INSERT INTO tally_seal (id, sheet, post, before, hash, reform, signer, signer_name, office, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		l.ID, l.Sheet, l.Post, l.Before, l.Hash, l.Reform, l.Signer, l.SignerName, l.Office, l.At); err != nil {
		return err
	}
	forget(tx, l.Sheet)
	return tx.Exec(ctx, `UPDATE tally_sheet SET sealed_at = coalesce(sealed_at, $1) WHERE id = $2`, tx.Now, l.Sheet)
}

func keeperOf(ctx context.Context, tx *db.Tx, sheet, unit int64) (keeper int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(keeper), 0) FROM tally_keeper WHERE sheet = $1 AND unit = $2`, []any{sheet, unit}, &keeper)
	return keeper, err
}

// keepers returns where the figures of units go that do not stand on a sheet.
func keepers(ctx context.Context, tx *db.Tx, sheet int64) (map[int64]int64, error) {
	all := map[int64]int64{}
	return all, db.Each(ctx, tx, `SELECT unit, keeper FROM tally_keeper WHERE sheet = $1`, []any{sheet}, func(r db.Scanner) error {
		var unit, keeper int64
		err := r.Scan(&unit, &keeper)
		all[unit] = keeper
		return err
	})
}

func insertKeeper(ctx context.Context, tx *db.Tx, sheet, unit, keeper int64) error {
	return tx.Exec(ctx, `INSERT INTO tally_keeper (sheet, unit, keeper) VALUES ($1, $2, $3)`, sheet, unit, keeper)
}

// sumOf adds up the posts of a sheet by unit.
func sumOf(ctx context.Context, tx *db.Tx, sheet int64) (map[int64]*Vec, error) {
	all := map[int64]*Vec{}
	return all, eachPost(ctx, tx, `SELECT unit, vector FROM tally_post WHERE sheet = $1`, []any{sheet}, func(unit int64, v Vec) error {
		if all[unit] == nil {
			all[unit] = &Vec{}
		}
		return all[unit].addVec(v)
	})
}

// openings adds up, by unit, what a sheet took over from the part before it.
func openings(ctx context.Context, tx *db.Tx, sheet int64) (map[int64]*Vec, error) {
	all := map[int64]*Vec{}
	return all, eachPost(ctx, tx, `SELECT unit, vector FROM tally_post WHERE sheet = $1 AND source_kind = $2`, []any{sheet, ReformSource}, func(unit int64, v Vec) error {
		if all[unit] == nil {
			all[unit] = &Vec{}
		}
		return all[unit].addVec(v)
	})
}

func setNext(ctx context.Context, tx *db.Tx, sheet, next int64) error {
	forget(tx, sheet)
	return tx.Exec(ctx, `UPDATE tally_sheet SET next = $1 WHERE id = $2`, next, sheet)
}

// Before returns the part of a thing's count that a sheet goes on from; ID is 0
// for the first.
func Before(ctx context.Context, tx *db.Tx, sheet int64) (Sheet, error) {
	all, err := db.All(ctx, tx, scanSheet, `SELECT `+sheetColumns+` FROM tally_sheet WHERE next = $1`, sheet)
	if err != nil || len(all) == 0 {
		return Sheet{}, err
	}
	return all[0], nil
}

// deeds counts the posts of a sheet that are not its opening, and its seals.
func deeds(ctx context.Context, tx *db.Tx, sheet int64) (n int64, err error) {
	err = tx.One(ctx, `SELECT (SELECT count(*) FROM tally_post WHERE sheet = $1 AND source_kind <> $2) + (SELECT count(*) FROM tally_seal WHERE sheet = $1)`,
		[]any{sheet, ReformSource}, &n)
	return n, err
}

// drop takes a part of a count back that nothing was posted to, and opens the
// part before it again.
func drop(ctx context.Context, tx *db.Tx, sheet, before int64) error {
	forget(tx, sheet)
	forget(tx, before)
	for _, q := range []string{
		`DELETE FROM tally_queue WHERE sheet = $1`, `DELETE FROM tally_node WHERE sheet = $1`, `DELETE FROM tally_post WHERE sheet = $1`,
		`DELETE FROM tally_keeper WHERE sheet = $1`, `DELETE FROM tally_sheet WHERE id = $1`,
	} {
		if err := tx.Exec(ctx, q, sheet); err != nil {
			return err
		}
	}
	if err := tx.Exec(ctx, `DELETE FROM tally_seal WHERE sheet = $1 AND reform = 1`, before); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE tally_sheet SET next = 0, sealed_at = (SELECT min(at) FROM tally_seal WHERE sheet = $1) WHERE id = $1`, before)
}
