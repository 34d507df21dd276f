package programme

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/file"
)

func photos(ctx context.Context, tx *db.Tx, id string) ([]Photo, error) {
	return db.All(ctx, tx, func(r db.Scanner) (p Photo, err error) {
		var open int
		err = r.Scan(&p.ID, &p.place, &p.Caption, &open, &p.large, &p.little, &p.Who, db.At(&p.At), &p.Version)
		p.Open = open != 0
		return p, err
	}, `SELECT id, n, caption, open, large, little, by_name, at, version FROM photo WHERE conference = $1 ORDER BY n, id`, id)
}

func insertPhoto(ctx context.Context, tx *db.Tx, by auth.Actor, id string, p Photo, large, little file.Blob) error {
	a, err := file.Save(ctx, tx, by, large)
	if err != nil {
		return err
	}
	b, err := file.Save(ctx, tx, by, little)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO photo (id, conference, n, caption, open, large, little, by_name, at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`,
		p.ID, id, p.place, p.Caption, p.Open, a.ID, b.ID, by.Name, tx.Now)
}

func updatePhoto(ctx context.Context, tx *db.Tx, photo string, version int64, caption string, open bool) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE photo SET caption = $1, open = $2, version = version + 1 WHERE id = $3 AND version = $4`, caption, open, photo, version))
}

func swapPhotos(ctx context.Context, tx *db.Tx, a, b Photo) error {
	if err := tx.Exec(ctx, `UPDATE photo SET n = $1 WHERE id = $2`, b.place, a.ID); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE photo SET n = $1 WHERE id = $2`, a.place, b.ID)
}

func deletePhoto(ctx context.Context, tx *db.Tx, id, photo string) error {
	return db.Changed(tx.ExecN(ctx, `DELETE FROM photo WHERE id = $1 AND conference = $2`, photo, id))
}
