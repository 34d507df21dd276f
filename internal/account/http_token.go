package account

import (
	"context"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/web"
)

// newToken shows the secret of a new token on the page itself: it cannot be
// asked for again.
func (s *server) newToken(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	days, _ := strconv.Atoi(r.PostFormValue("days")) // a bad number is none, which NewToken refuses
	var secret string
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		secret, err = NewToken(ctx, tx, by, r.PostFormValue("name"), days)
		return err
	})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		f := fault.Of(err)
		return s.mePage(w, r, web.Status(err), mePage{Wrong: f.Fields, Message: f.Text, Typed: r.PostFormValue("name")})
	}
	if err != nil {
		return err
	}
	return s.mePage(w, r, http.StatusOK, mePage{Secret: secret})
}

func (s *server) revokeToken(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return RevokeToken(ctx, tx, by, r.PathValue("id"))
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "account.said.token_ended", "/me")
}
