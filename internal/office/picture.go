package office

const (
	nsDrawing = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
	nsArt     = "http://schemas.openxmlformats.org/drawingml/2006/main"
	nsPicture = "http://schemas.openxmlformats.org/drawingml/2006/picture"
	emuPerMM  = 36_000
)

func pictureName(i int) string { return "picture" + itoa(i+1) + ".png" }

func pictureID(i int) string { return "rIdP" + itoa(i+1) }

// write puts the picture into the line where it stands.
func (p *Picture) write(m *markup) {
	i := len(m.pictures)
	m.pictures = append(m.pictures, p.PNG)
	wide, id := itoa(p.Width*emuPerMM), itoa(i+1)
	m.in("w:r", func() {
		m.in("w:drawing", func() {
			m.in("wp:inline", func() {
				m.tag("wp:extent", "cx", wide, "cy", wide)
				m.tag("wp:docPr", "id", id, "name", pictureName(i), "descr", p.Label)
				m.in("a:graphic", func() {
					m.in("a:graphicData", func() { p.art(m, i, wide) }, "uri", nsPicture)
				}, "xmlns:a", nsArt)
			}, "distT", "0", "distB", "0", "distL", "0", "distR", "0", "xmlns:wp", nsDrawing)
		})
	})
}

func (p *Picture) art(m *markup, i int, wide string) {
	m.in("pic:pic", func() {
		m.in("pic:nvPicPr", func() {
			m.tag("pic:cNvPr", "id", itoa(i+1), "name", pictureName(i))
			m.tag("pic:cNvPicPr")
		})
		m.in("pic:blipFill", func() {
			m.tag("a:blip", "r:embed", pictureID(i))
			m.in("a:stretch", func() { m.tag("a:fillRect") })
		})
		m.in("pic:spPr", func() {
			m.in("a:xfrm", func() {
				m.tag("a:off", "x", "0", "y", "0")
				m.tag("a:ext", "cx", wide, "cy", wide)
			})
			m.in("a:prstGeom", func() { m.tag("a:avLst") }, "prst", "rect")
		})
	}, "xmlns:pic", nsPicture)
}
