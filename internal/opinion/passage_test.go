package opinion

import (
	"testing"

	"nhipcau/internal/prose"
)

// Words put in leave no mark without its other half.
func TestReplaced(t *testing.T) {
	d := prose.Doc{Blocks: []prose.Block{{ID: "aaaaaaaa", Kind: prose.Text, Text: "Tổ chức **sinh hoạt** chuyên đề"}}}
	a, _ := d.At("aaaaaaaa", 15, 28) // "hoạt** chuyên"
	if a.Quote != "hoạt** chuyên" {
		t.Fatalf("got %q", a.Quote)
	}
	if got := replaced(d, a, "động").Blocks[0].Text; got != "Tổ chức sinh động đề" {
		t.Errorf("got %q", got)
	}
	a, _ = d.At("aaaaaaaa", 10, 19)
	if got := replaced(d, a, "hội nghị").Blocks[0].Text; got != "Tổ chức **hội nghị** chuyên đề" {
		t.Errorf("got %q", got)
	}
	if d.Blocks[0].Text != "Tổ chức **sinh hoạt** chuyên đề" {
		t.Error("the text itself was changed")
	}
}
