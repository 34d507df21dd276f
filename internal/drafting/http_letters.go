package drafting

import (
	"context"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/invitation"
	"nhipcau/internal/web"
)

// letters sends the letters of convening of those invited, a page each: of one person,
// or of those a filter leaves; or a letter for each of their units.
func (s *server) letters(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	v := r.URL.Query()
	f := invitation.Filter{Unit: v.Get("unit"), Answer: v.Get("answer")}
	f.Site, _ = strconv.ParseInt(v.Get("site"), 10, 64) // what is no number is all
	one := r.PathValue("key") != "" || r.PathValue("guest") != ""
	guest, err := strconv.ParseInt(r.PathValue("guest"), 10, 64)
	if err != nil {
		guest = -1 // nobody
	}
	coder, err := s.codes.Of(r.Context(), id)
	if err != nil {
		return err
	}
	var b []byte
	err = s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		m, err := invitation.Find(ctx, tx, by, id)
		if err != nil {
			return err
		}
		var all []invitation.Invited
		if one {
			v, err := invitation.Get(ctx, tx, by, m, r.PathValue("key"), guest)
			if err != nil {
				return err
			}
			all = append(all, v)
		} else if all, err = invitation.Everybody(ctx, tx, by, m, f); err != nil {
			return err
		}
		d, err := ofConference(ctx, tx, by, id)
		if err != nil {
			return err
		}
		p, err := print(ctx, tx, by, d)
		if err != nil {
			return err
		}
		if v.Get("per") == "unit" {
			b, err = unitLetters(p, all)
		} else {
			b, err = personLetters(p, all, coder)
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Send(w, "giay-moi.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b)
}
