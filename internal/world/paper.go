package world

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"nhipcau/internal/db"
)

// samplePaper returns a one-page PDF that says it stands for a paper and is not
// it: the demonstration shows no text of a real paper.
func samplePaper() []byte {
	text := "BT /F1 18 Tf 72 720 Td (Nhip Cau: tep minh hoa) Tj 0 -28 Td /F1 12 Tf (Day khong phai van ban goc.) Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var places []int
	for i, o := range objects {
		places = append(places, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, p := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", p)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// lastDeed returns when anything was last done in a house.
func lastDeed(ctx context.Context, tx *db.Tx) (t time.Time, err error) {
	err = tx.One(ctx, `SELECT max(at) FROM audit`, nil, db.At(&t))
	return t, err
}
