package prose

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// A Base is what somebody's editing began from: the ids of the blocks in their
// order, each with a hash of what it said.
type Base struct {
	ids    []string
	hashes map[string]string
}

// BaseOf returns d as what editing begins from.
func BaseOf(d Doc) Base {
	b := Base{hashes: make(map[string]string, len(d.Blocks))}
	for _, block := range d.Blocks {
		b.ids = append(b.ids, block.ID)
		b.hashes[block.ID] = block.hash()
	}
	return b
}

// ParseBase reads what String has written; what is no base is an empty one.
func ParseBase(s string) Base {
	b := Base{hashes: map[string]string{}}
	for _, part := range strings.Fields(s) {
		id, hash, ok := strings.Cut(part, ":")
		if _, twice := b.hashes[id]; !ok || twice || len(b.ids) >= MaxBlocks {
			return Base{hashes: map[string]string{}}
		}
		b.ids = append(b.ids, id)
		b.hashes[id] = hash
	}
	return b
}

// String writes b for a field of a form.
func (b Base) String() string {
	var s strings.Builder
	for i, id := range b.ids {
		if i > 0 {
			s.WriteByte(' ')
		}
		s.WriteString(id + ":" + b.hashes[id])
	}
	return s.String()
}

func (b Block) hash() string {
	b.ID = ""
	raw, _ := json.Marshal(b) // a Block is always JSON; keys of Fields are sorted
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:6])
}

// touched reports whether block says something else than in b.
func (b Base) touched(block Block) bool { return b.hashes[block.ID] != block.hash() }

// moved reports whether d has the blocks of b in another order.
func (b Base) moved(d Doc) bool {
	at := map[string]int{}
	for i, id := range b.ids {
		at[id] = i
	}
	last := -1
	for _, block := range d.Blocks {
		i, ok := at[block.ID]
		if !ok {
			continue
		}
		if i < last {
			return true
		}
		last = i
	}
	return false
}

// A Pick says which of two texts stands where both sides have changed one.
type Pick string

// The picks. Both puts the one behind the other.
const (
	Mine   Pick = "mine"
	Theirs Pick = "theirs"
	Both   Pick = "both"
)

// other is p as the other side says it.
func (p Pick) other() Pick {
	switch p {
	case Mine:
		return Theirs
	case Theirs:
		return Mine
	}
	return p
}

// A Clash is a block that both sides have changed; one without an ID was thrown away.
type Clash struct{ Mine, Theirs Block }

// ID names the block.
func (c Clash) ID() string { return max(c.Mine.ID, c.Theirs.ID) }

// Merge puts together two texts that were made from the same base: blocks that one
// side alone has changed, added, thrown away or moved are as that side has them. It
// is not ok if both have changed a block, or both have moved some.
func Merge(base Base, mine, theirs Doc) (merged Doc, ok bool) {
	if base.moved(mine) && base.moved(theirs) {
		return Doc{}, mine.Equal(theirs)
	}
	merged, clashes := Settle(base, mine, theirs, nil)
	if len(clashes) > 0 {
		return Doc{}, false
	}
	return merged, true
}

// Settle is Merge where both have changed a block: as picked by its ID, Both where
// nothing is picked. It returns what both have changed. Where both have moved blocks
// theirs is the order.
func Settle(base Base, mine, theirs Doc, picks map[string]Pick) (Doc, []Clash) {
	if base.moved(mine) && !base.moved(theirs) {
		turned := map[string]Pick{}
		for id, p := range picks {
			turned[id] = p.other()
		}
		out, clashes := onto(base, theirs, mine, turned)
		for i, c := range clashes {
			clashes[i] = Clash{c.Theirs, c.Mine}
		}
		return out, clashes
	}
	return onto(base, mine, theirs, picks)
}

// onto makes the changes of mine to theirs.
func onto(base Base, mine, theirs Doc, picks map[string]Pick) (Doc, []Clash) {
	out := Doc{Blocks: slices.Clone(theirs.Blocks)}
	var clashes []Clash
	kept := map[string]bool{}
	behind := ""
	insert := func(block Block) {
		out.Blocks = slices.Insert(out.Blocks, out.index(behind)+1, block)
		behind = block.ID
	}
	for _, block := range mine.Blocks {
		kept[block.ID] = true
		_, old := base.hashes[block.ID]
		i := out.index(block.ID)
		if i >= 0 {
			behind = block.ID
		}
		switch {
		case old && !base.touched(block): // as it was: theirs stands, or is gone
		case i >= 0 && (out.Blocks[i].Equal(block) || old && !base.touched(out.Blocks[i])):
			out.Blocks[i] = block
		case i >= 0:
			clashes = append(clashes, Clash{block, out.Blocks[i]})
			if p := picks[block.ID]; p == Mine {
				out.Blocks[i] = block
			} else if p != Theirs {
				block.ID = NewID()
				insert(block)
			}
		case old:
			clashes = append(clashes, Clash{Mine: block})
			if picks[block.ID] != Theirs {
				insert(block)
			}
		default:
			insert(block)
		}
	}
	for _, id := range base.ids { // what mine has thrown away
		i := out.index(id)
		if kept[id] || i < 0 {
			continue
		}
		if base.touched(out.Blocks[i]) {
			clashes = append(clashes, Clash{Theirs: out.Blocks[i]})
			if picks[id] != Mine {
				continue
			}
		}
		out.Blocks = slices.Delete(out.Blocks, i, i+1)
	}
	return out, clashes
}
