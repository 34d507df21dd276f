package intake

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// readText reads a .csv: UTF-8, or UTF-16 with its mark, parted by the sign under
// which the header names the most columns.
func readText(b []byte, l Layout) (*grid, error) {
	b, err := decode(b)
	if err != nil {
		return nil, err
	}
	first := 0
	if line, rest, ok := bytes.Cut(b, []byte("\n")); ok && bytes.HasPrefix(bytes.ToLower(line), []byte("sep=")) {
		b, first = rest, 1 // Excel's own word about the sign, which we find without
	}
	comma, best := ',', 0
	for _, sign := range []rune{',', ';', '\t'} {
		g, err := readSigns(b, sign, first, headRows)
		if err != nil {
			continue
		}
		for at := range g.lines {
			if _, found := l.match(g, at); found > best {
				comma, best = sign, found
			}
		}
	}
	return readSigns(b, comma, first, MaxRows+headRows)
}

// decode returns b as UTF-8 without a mark.
func decode(b []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return fromUTF16(b[2:], binary.LittleEndian)
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return fromUTF16(b[2:], binary.BigEndian)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(b, 0) >= 0 {
		return nil, wrong("intake.error.kind")
	}
	if !utf8.Valid(b) {
		return nil, wrong("intake.error.letters")
	}
	return b, nil
}

func fromUTF16(b []byte, order binary.ByteOrder) ([]byte, error) {
	if len(b)%2 != 0 {
		return nil, wrong("intake.error.letters")
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	s := []byte(string(utf16.Decode(units)))
	if bytes.IndexByte(s, 0) >= 0 {
		return nil, wrong("intake.error.kind")
	}
	return s, nil
}

// readSigns reads at most the first records of b that hold anything.
func readSigns(b []byte, comma rune, before, most int) (*grid, error) {
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
	g := &grid{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return g, nil
		}
		if p, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, wrong("intake.error.quotes", p.Line+before)
		}
		if err != nil {
			return nil, err
		}
		if len(record) > MaxColumns {
			return nil, wrong("intake.error.columns", MaxColumns)
		}
		n, _ := r.FieldPos(0)
		line := line{n: n + before}
		for i, s := range record {
			if s != "" {
				line.cells = append(line.cells, cell{at: i, text: s})
			}
		}
		if len(line.cells) == 0 {
			continue
		}
		if len(g.lines) == most {
			if most > headRows {
				return nil, wrong("intake.error.rows", MaxRows)
			}
			return g, nil
		}
		g.lines = append(g.lines, line)
	}
}
