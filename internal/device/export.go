package device

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"nhipcau/internal/attendance"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/site"
)

// A site without any network hands over what its device has noted as a file.

const (
	format    = "nhipcau-checkin-1"
	maxFile   = 5 << 20
	mostFacts = 50_000 // of a file
)

// An exported is such a file.
type exported struct {
	Format     string          `json:"format"`
	Device     string          `json:"device"`
	Conference string          `json:"conference"`
	Site       int64           `json:"site"`
	Made       int64           `json:"made"`
	Facts      json.RawMessage `json:"facts"`
	MAC        string          `json:"mac"`

	list   []json.RawMessage
	proofs [][]byte // the texts its proof may be over
}

// An Imported says what became of the facts of a file.
type Imported struct {
	Device  string
	Forged  bool // it is not as the device wrote it: all were set aside
	Revoked bool // likewise, its device was revoked
	Counts  map[attendance.Result]int64
	Total   int64
}

// readExport reads a file; what is none of ours is Invalid.
func readExport(b []byte) (x exported, err error) {
	bad := func(err error) error {
		w := fault.Wrong{}
		w.Add("file", "device.error.file")
		f := fault.Of(w.Err())
		f.Err = err
		return f
	}
	if err := json.Unmarshal(b, &x); err != nil {
		return x, bad(err)
	}
	if x.Format != format || len(x.Device) > 64 || !utf8.ValidString(x.Device) {
		return x, bad(nil)
	}
	if err := json.Unmarshal(x.Facts, &x.list); err != nil || len(x.list) > mostFacts {
		return x, bad(err)
	}
	if x.proofs, err = canonical(x.Facts); err != nil {
		return x, bad(err)
	}
	return x, nil
}

// Import takes the facts of a file that a device of a site has written, as the work
// of the clerk who brings it; a file that comes again changes nothing. Where the
// device has not written it so, or was revoked, its facts are set aside.
func Import(ctx context.Context, d *db.DB, by auth.Actor, id string, n int64, file []byte) (Imported, error) {
	x, err := readExport(file)
	if err != nil {
		return Imported{}, err
	}
	done := Imported{Device: x.Device, Counts: map[attendance.Result]int64{}}
	for rest := x.list; ; {
		part := rest[:min(len(rest), attendance.MostFacts)]
		var answers []attendance.Answer
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			answers, err = x.take(ctx, tx, by, id, n, part, &done)
			return err
		}); err != nil {
			return done, err
		}
		for _, a := range answers {
			done.Counts[a.Result]++
			done.Total++
		}
		if rest = rest[len(part):]; len(rest) == 0 {
			return done, nil
		}
	}
}

// take takes some of the facts of a file.
func (x exported) take(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, part []json.RawMessage, done *Imported) ([]attendance.Answer, error) {
	_, s, err := site.Kept(ctx, tx, by, id, n)
	if err != nil {
		return nil, err
	}
	if x.Conference != id || x.Site != n {
		w := fault.Wrong{}
		w.Add("file", "device.error.elsewhere")
		return nil, w.Err()
	}
	t := sending{conference: id, site: n, device: x.Device, by: by}
	d, err := byID(ctx, tx, id, n, x.Device)
	switch {
	case fault.Is(err, fault.NotFound):
		t.why = attendance.WhyForged
	case err != nil:
		return nil, err
	default:
		if t.why, err = x.suspect(d); err != nil {
			return nil, err
		}
		done.Device = d.Name
	}
	done.Forged, done.Revoked = t.why == attendance.WhyForged, t.why == attendance.WhyRevoked
	answers, err := t.take(ctx, tx, part)
	if err != nil {
		return nil, err
	}
	return answers, audit.Record(ctx, tx, by, "device.import", id, s.Name+": "+done.Device)
}

// suspect returns why the facts of a file are not taken, "" if they are.
func (x exported) suspect(d Device) (string, error) {
	mac, err := base64.StdEncoding.DecodeString(x.MAC)
	if err != nil {
		return attendance.WhyForged, nil
	}
	for _, text := range x.proofs {
		ok, err := proves(d.mac, text, mac)
		if err != nil {
			return "", err
		}
		if ok && !d.Revoked.IsZero() {
			return attendance.WhyRevoked, nil
		}
		if ok {
			return "", nil
		}
	}
	return attendance.WhyForged, nil
}
