package filing

import (
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"testing"

	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
)

// roundFor is a round of a form that may be asked, made of items typed as lines.
func roundFor(text string) (*Round, bool) {
	items, err := form.ParseItems(text)
	if err != nil {
		return nil, false
	}
	for i := range items {
		if items[i].Key == "" {
			items[i].Key = "item_" + strconv.Itoa(i+1)
		}
	}
	f := form.Form{Title: "Biểu", Asks: form.Leaf, Items: items}
	if form.Check(f) != nil {
		return nil, false
	}
	r := &Round{Form: f, place: map[string]int{}, known: f.Formulas()}
	for i, it := range items {
		r.place[it.Key] = i + 1
		r.texts = r.texts || it.Kind == form.Text
		r.parts = r.parts || it.Of != ""
	}
	return r, true
}

// entryOf makes an entry of any bytes: for each item a byte that says whether it is
// there, and its figure.
func entryOf(r *Round, b []byte) Entry {
	e := Entry{Figures: Figures{}, Texts: Texts{}}
	for _, it := range r.Form.Items {
		if len(b) == 0 {
			break
		}
		has := b[0]
		b = b[1:]
		n, used := binary.Varint(b)
		if used > 0 {
			b = b[used:]
		}
		switch {
		case has%4 == 0:
		case has%4 == 1 && it.Kind == form.Text:
			e.Texts[it.Key] = string(b[:min(len(b), 20)])
		default:
			e.Figures[it.Key] = n
		}
	}
	return e
}

// FuzzEntry returns any figures to any form that may be asked: what is taken is within
// every rule of the form and counted as it was typed, what is refused names its fields,
// and everything that follows from it by formulas is a figure or says why it is none.
func FuzzEntry(f *testing.F) {
	f.Add("* [a] Đoàn viên | người | 0..5000\n[b] Nữ | người | of a female\n[c] Tỷ lệ | % | = share(b; a) | .1", []byte{2, 20, 2, 10, 0})
	f.Add("[a] A | x | -100..100\n[b] B | x | .2\n[c] C || text\n[d] D | yesno\n[e] E | x | = a / b - d", []byte{2, 3, 2, 4, 1, 0, 'x', 2, 2})
	f.Add("[a] A | x\n[b] B | x | = prev(a) + year(a)\n[c] C | x | = round(b / (a - a); 1)", []byte{2, 9})
	f.Add("# Phần\n* A | x\n* B || text", []byte{})
	f.Fuzz(func(t *testing.T, text string, b []byte) {
		r, ok := roundFor(text)
		if !ok {
			return
		}
		e := entryOf(r, b)
		v, _, err := r.read(e)
		if err != nil {
			r.mustName(t, err)
			return
		}
		r.mustHold(t, e, v)
		book := r.bookOf(v)
		book.year = []*stretch{book.now}
		for _, it := range r.Form.Items {
			if x := book.Now(it.Key); x.Is() == (x.Why.Key != "") {
				t.Errorf("%s comes to %v, which is neither a figure nor none", it.Key, x)
			}
		}
	})
}

// mustName holds that a refusal names fields of the form.
func (r *Round) mustName(t *testing.T, err error) {
	var wrong *fault.Error
	if !errors.As(err, &wrong) || wrong.Kind != fault.Invalid || len(wrong.Fields) == 0 {
		t.Fatalf("refused without a field: %v", err)
	}
	for name := range wrong.Fields {
		key, ok := strings.CutPrefix(name, "figures.")
		if name != "figures" && (!ok || r.place[key] == 0) {
			t.Errorf("the field %q is none of the form", name)
		}
	}
}

// mustHold holds that what was taken is within the rules, and is what was typed.
func (r *Round) mustHold(t *testing.T, e Entry, v tally.Vec) {
	for i, it := range r.Form.Items {
		lane := tally.Lane(i + 1)
		x, typed := e.Figures[it.Key]
		switch {
		case typed != v.Has(lane) || typed && v.Get(lane) != x:
			t.Errorf("%s was typed as %d %v, counted is %d %v", it.Key, x, typed, v.Get(lane), v.Has(lane))
		case typed && (!it.Entered() || x < it.Low || x > it.High):
			t.Errorf("%s is %d, out of its range or entered where nothing is", it.Key, x)
		case it.Needed && it.Entered() && !typed:
			t.Errorf("%s is needed and was left out", it.Key)
		}
		if whole, ok := e.Figures[it.Of]; typed && it.Of != "" && it.Part != form.Estimate && (!ok || x > whole) {
			t.Errorf("%s is more than %s", it.Key, it.Of)
		}
	}
}
