package draft

import (
	"strings"
	"time"

	"nhipcau/internal/office"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
)

const docxKind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// file writes a text for Word, in the words of the office: Vietnamese, whoever asks.
// Headings are counted by Word as they are on the pages.
func file(title, first string, d prose.Doc, at time.Time) ([]byte, error) {
	out := office.Doc{
		Title: title, Language: "vi-VN", Font: "Times New Roman", Size: 14, Made: at, First: first,
		Margins: office.Margins{Top: 20, Bottom: 20, Left: 30, Right: 15}, // Nghị định 30/2020/NĐ-CP, phụ lục I
		Body:    []office.Block{office.Par{Style: office.Title, Runs: office.T(title)}},
	}
	for _, b := range d.Blocks {
		out.Body = append(out.Body, par(b))
	}
	return out.Bytes()
}

func par(b prose.Block) office.Par {
	p := office.Par{Style: office.Body}
	switch {
	case b.Kind == prose.Heading && b.Level <= 3:
		p.Style = []office.Style{office.Heading1, office.Heading2, office.Heading3}[b.Level-1]
		p.Keep = true
	case b.Kind == prose.Heading:
		p.Runs = office.B(prose.Plain(b.Text))
		return p
	case b.Kind == prose.Item:
		p.Runs = office.T([]string{"- ", "+ ", "• "}[b.Level-1])
	}
	for _, s := range prose.Spans(b.Text) {
		p.Runs = append(p.Runs, office.Run{Text: s.Text, Bold: s.Bold, Italic: s.Italic})
	}
	if more := fieldsSaid(b); more != "" {
		p.Runs = append(p.Runs, office.Run{Text: " (" + more + ")", Italic: true})
	}
	return p
}

// fieldsSaid writes the fields of a block in a line.
func fieldsSaid(b prose.Block) string {
	var parts []string
	say := func(label, value string) {
		if value != "" {
			parts = append(parts, label+value)
		}
	}
	f := b.Fields
	switch b.Kind {
	case prose.Goal:
		say("chỉ tiêu: ", f["target"])
	case prose.Task:
		say("chủ trì: ", f["lead"])
		say("phối hợp: ", f["partners"])
		say("sản phẩm: ", f["deliverable"])
		if day := vn.Day(f["day"]); day.Valid() {
			word := "hết ngày "
			if f["wording"] == string(vn.Before) {
				word = "trước ngày "
			}
			say("hoàn thành ", word+day.String())
		}
	case prose.Target:
		value := strings.TrimSpace(f["value"] + " " + f["unit"])
		if f["of"] != "" {
			value += " / " + f["of"]
		}
		say("", strings.TrimPrefix(f["indicator"]+": "+value, ": "))
	}
	return strings.Join(parts, "; ")
}
