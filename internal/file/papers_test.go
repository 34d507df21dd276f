package file_test

import (
	"archive/zip"
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
)

var pdf = []byte("%PDF-1.4\n1 0 obj\n%%EOF\n")

// docx packs a paper of parts.
func docx(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		if _, err := z.Create(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsTaken(t *testing.T) {
	dir := t.TempDir()
	s, err := file.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const limit = 1 << 20
	all := []file.Kind{file.PDF, file.DOCX, file.PNG, file.JPEG}
	word := docx(t, "[Content_Types].xml", "word/document.xml")
	for _, c := range []struct {
		name, as string
		body     []byte
		kinds    []file.Kind
		want     string // name it is kept under, or the kind of refusal
	}{
		{"a PDF", "Nghị quyết 59.pdf", pdf, all, "Nghị quyết 59.pdf"},
		{"a PDF with a name that lies", "anh.png", pdf, all, "anh.pdf"},
		{"a Word paper", "Kế hoạch.docx", word, all, "Kế hoạch.docx"},
		{"a picture", "chup.jpeg", append([]byte("\xff\xd8\xff\xe0"), pdf...), all, "chup.jpg"},
		{"a way out of the folder", `..\..\etc/passwd.pdf`, pdf, all, "passwd.pdf"},
		{"no name", " .pdf", pdf, all, "van-ban.pdf"},
		{"a program called PDF", "a.pdf", []byte("MZ\x90\x00 %%EOF"), all, "invalid"},
		{"a PDF cut short", "a.pdf", []byte("%PDF-1.4 ..."), all, "invalid"},
		{"a Word paper with macros", "a.docx", docx(t, "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), all, "invalid"},
		{"a packed folder", "a.docx", docx(t, "readme.txt"), all, "invalid"},
		{"a page", "a.pdf", []byte("<html><script>alert(1)</script>"), all, "invalid"},
		{"a kind not asked for", "a.png", []byte("\x89PNG\r\n\x1a\nx"), []file.Kind{file.PDF}, "invalid"},
		{"nothing", "a.pdf", nil, all, "invalid"},
		{"one byte too many", "a.pdf", append(bytes.Repeat([]byte("x"), limit), 'x'), all, "too large"},
	} {
		b, err := s.Put(c.as, bytes.NewReader(c.body), limit, c.kinds...)
		got := b.Name
		switch {
		case fault.Is(err, fault.Invalid):
			got = "invalid"
		case fault.Is(err, fault.TooLarge):
			got = "too large"
		case err != nil:
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if err != nil && fault.Of(err).Fields["file"].Key == "" {
			t.Errorf("%s: the refusal does not stand at its field", c.name)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", "*.part"))
	if err != nil || len(left) > 0 {
		t.Errorf("half-written files stay: %v %v", left, err)
	}
}

// TestKeptOnce: the same bytes sent by many at once lie on the disk once, and
// come back as an attachment that no browser takes for a page.
func TestKeptOnce(t *testing.T) {
	dir := t.TempDir()
	s, err := file.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := s.Put("Nghị quyết.pdf", bytes.NewReader(pdf), 1<<20, file.PDF); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	kept, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %v, %v; want one", kept, err)
	}
	b, err := s.Put("Nghị quyết.pdf", bytes.NewReader(pdf), 1<<20, file.PDF)
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t)
	var f file.File
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = file.Save(ctx, tx, auth.Actor{Login: "vanthu"}, b)
		return err
	})
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = file.Get(ctx, tx, f.ID)
		return err
	})
	w := httptest.NewRecorder()
	if err := s.Serve(w, httptest.NewRequest(http.MethodGet, "/", nil), f); err != nil {
		t.Fatal(err)
	}
	h := w.Header()
	if !bytes.Equal(w.Body.Bytes(), pdf) || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Type") != "application/pdf" ||
		!strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || !strings.Contains(h.Get("Content-Disposition"), "filename*=UTF-8''Ngh%E1%BB%8B%20quy%E1%BA%BFt.pdf") {
		t.Errorf("served %d bytes with %v", w.Body.Len(), h)
	}
	if err := os.Remove(kept[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), f); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a file that is gone from the disk: %v, want Unavailable", err)
	}
}

func FuzzSniffing(f *testing.F) {
	f.Add(pdf)
	f.Add(docx(f, "[Content_Types].xml", "word/document.xml"))
	f.Add([]byte("PK\x03\x04"))
	s, err := file.Open(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := s.Put("a", bytes.NewReader(b), 1<<16, file.PDF, file.DOCX, file.PNG, file.JPEG); err != nil && fault.Is(err, fault.Internal) {
			t.Error(err)
		}
	})
}
