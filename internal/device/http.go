package device

import (
	"context"
	"embed"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/site"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

type server struct {
	site *web.Site
	db   *db.DB
	base string // public address, without a slash at its end
}

// Register adds the pages of this package to the site, and what devices ask. base is
// the address people reach the pages at: phones are led there by a picture.
func Register(site *web.Site, d *db.DB, base string) {
	s := &server{site, d, base}
	site.Door("conference during", "device.phones", "/conferences/%s/sites")
	site.Door("site", "device.door", "/conferences/%s/sites/%d/devices")
	const at = "/conferences/{id}/sites/{n}/devices"
	site.Handle("GET "+at, web.SignedIn, s.show)
	site.Handle("POST "+at, web.SignedIn, s.offer)
	site.Handle("POST "+at+"/{device}/revocation", web.SignedIn, s.revoke)
	site.Handle("POST "+at+"/aside", web.SignedIn, s.decide)
	site.Handle("POST "+at+"/file", web.SignedIn, s.take)
	s.registerCheckin(site)
}

// page is the page of a site's devices.
type page struct {
	web.Page
	Gathering site.Gathering
	Site      site.Site
	Devices   []Device
	Names     map[string]string // of devices, by id
	Open      []Apart           // set aside, to be decided about
	Decided   []Apart
	Taking    bool   // devices can be enrolled
	Link      string // to enrol a device by, if one was just asked for
	Imported  *Imported
	Released  *outcome
	Revoking  string // device whose form is shown again
	Reason    string // typed
	Wrong     map[string]fault.Text
	Message   fault.Text
}

// An outcome is what became of facts that were to be let in.
type outcome struct{ Taken, Stay int }

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return -1 // which nothing has
	}
	return n
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, page{}, nil)
}

// render shows the page with what has just been done, or could not be.
func (s *server) render(w http.ResponseWriter, r *http.Request, p page, failed error) error {
	p.Page = s.site.Page(r, "device.title")
	status, ok := web.Refused(failed, &p.Wrong, &p.Message, fault.TooLarge)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		id, n := r.PathValue("id"), number(r.PathValue("n"))
		if p.Gathering, p.Site, err = site.Kept(ctx, tx, p.Actor, id, n); err != nil {
			return err
		}
		if p.Devices, err = List(ctx, tx, p.Actor, id, n); err != nil {
			return err
		}
		p.Open, p.Decided, err = Quarantine(ctx, tx, p.Actor, id, n)
		return err
	}); err != nil {
		return err
	}
	p.Names = map[string]string{}
	for _, d := range p.Devices {
		p.Names[d.ID] = d.Name
	}
	p.Taking = p.Gathering.State == conference.Convened && expiry(p.Gathering.Day).After(p.Now)
	return web.Render(w, r, status, showView(p))
}

func (p page) base() string {
	return fmt.Sprintf("/conferences/%s/sites/%d/devices", p.Gathering.ID, p.Site.N)
}

// offer makes a code and goes to the check-in on this device, or shows it for another.
func (s *server) offer(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by := auth.FromContext(r.Context())
	var code string
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		code, err = Offer(ctx, tx, by, r.PathValue("id"), number(r.PathValue("n")))
		return err
	}); err != nil {
		return s.render(w, r, page{}, err)
	}
	if v.Get("on") == "other" {
		return s.render(w, r, page{Link: s.base + "/checkin/#enrol=" + code}, nil)
	}
	return web.See(w, r, "/checkin/#enrol=%s", code)
}

func (s *server) revoke(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by := auth.FromContext(r.Context())
	id, n, device := r.PathValue("id"), number(r.PathValue("n")), r.PathValue("device")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Revoke(ctx, tx, by, id, n, device, v.Get("reason"))
	}); err != nil {
		return s.render(w, r, page{Revoking: device, Reason: v.Get("reason")}, err)
	}
	return web.SeeSaid(w, r, "device.said.revoked", "/conferences/%s/sites/%d/devices", id, n)
}

// decide lets facts in that were set aside, or leaves them.
func (s *server) decide(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by := auth.FromContext(r.Context())
	id, n := r.PathValue("id"), number(r.PathValue("n"))
	c := Choice{ID: v.Get("id"), Key: v.Get("key"), Why: v.Get("why")}
	if v.Get("do") == "leave" {
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := Leave(ctx, tx, by, id, n, c)
			return err
		}); err != nil {
			return s.render(w, r, page{}, err)
		}
		return web.SeeSaid(w, r, "device.said.left", "/conferences/%s/sites/%d/devices", id, n)
	}
	var done outcome
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		done.Taken, done.Stay, err = Release(ctx, tx, by, id, n, c)
		return err
	}); err != nil {
		return s.render(w, r, page{}, err)
	}
	return s.render(w, r, page{Released: &done}, nil)
}

// take takes the file of a device.
func (s *server) take(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	b, err := uploaded(r)
	if err != nil {
		return s.render(w, r, page{}, err)
	}
	done, err := Import(r.Context(), s.db, by, r.PathValue("id"), number(r.PathValue("n")), b)
	if err != nil {
		return s.render(w, r, page{}, err)
	}
	return s.render(w, r, page{Imported: &done}, nil)
}

// uploaded reads the file of a form.
func uploaded(r *http.Request) ([]byte, error) {
	f, _, err := web.Upload(r, "file")
	if err != nil {
		return nil, err
	}
	w := fault.Wrong{}
	if f == nil {
		w.Add("file", "device.error.no_file")
		return nil, w.Err()
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxFile {
		w.Add("file", "device.error.large", maxFile>>20)
		return nil, w.Err()
	}
	return b, nil
}

// results are those of a file that occurred, in the order of a list.
func (i Imported) results() []attendance.Result {
	var all []attendance.Result
	for _, r := range attendance.Results {
		if i.Counts[r] > 0 {
			all = append(all, r)
		}
	}
	return all
}

// A reason is facts that were set aside for the same reason.
type reason struct {
	Why string
	All []Apart
}

// reasons are the facts to be decided about, those of a reason together.
func (p page) reasons() []reason {
	var all []reason
	at := map[string]int{}
	for _, a := range p.Open {
		i, ok := at[a.Why]
		if !ok {
			i = len(all)
			at[a.Why] = i
			all = append(all, reason{Why: a.Why})
		}
		all[i].All = append(all[i].All, a)
	}
	return all
}
