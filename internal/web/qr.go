package web

import (
	"context"
	"fmt"
	"html"
	"io"

	"github.com/a-h/templ"

	"nhipcau/internal/office"
)

// QR draws the QR code of a text.
func QR(p Page, text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		m, err := office.QR(text)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, `<svg class="qr" role="img" aria-label="%s" viewBox="0 0 %d %d" shape-rendering="crispEdges"><rect width="100%%" height="100%%" fill="#fff"/><path fill="#000" d="%s"/></svg>`,
			html.EscapeString(p.T("common.qr")), m.Whole(), m.Whole(), m.Path())
		return err
	})
}
