// Package country knows the administrative units of Viet Nam before and after
// 1 July 2025 and which went where. Sources and licences: data/README.md.
package country

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/csv"
	"fmt"
	"sync"
)

//go:embed data/*.csv.gz
var data embed.FS

// Province is a province or a city of the centre. Kind is "tỉnh" or "thành phố";
// Name stands without it, Full and English with it.
type Province struct{ Code, Kind, Name, Full, English string }

// District is a unit between province and commune, as there were until 30 June
// 2025.
type District struct{ Code, Province, Kind, Name, Full, English string }

// Commune is a xã, phường or đặc khu (before: xã, phường, thị trấn). Alt is the
// other usual spelling, empty where there is none: of Name in the units of now,
// of Full in those of before. District is empty in the units of now, English in
// those of before.
type Commune struct{ Code, District, Province, Kind, Name, Full, Alt, English string }

// Pair says where a province went: Kind is "kept" or "merged".
type Pair struct{ Old, New, Kind string }

// CommunePair says that a unit of before went to a commune of now. OldKind is
// "commune", "district" (five islands that had no communes) or "other_area"; the
// last two have no Old. Extent is one of whole, part, part_area,
// part_area_all_people, part_people, whole_area, unchanged, type_change, rename;
// Note has the words of the table.
type CommunePair struct {
	OldKind, Old, OldDistrict, OldProvince, OldName string
	New, NewProvince                                string
	Extent, Note                                    string
}

// Whole reports whether nothing of the old unit went elsewhere by this pair.
func (p CommunePair) Whole() bool {
	switch p.Extent {
	case "whole", "unchanged", "type_change", "rename":
		return true
	}
	return false
}

// Provinces returns the 34 of 1 July 2025, by code. Nobody may change what the
// functions of this package return.
func Provinces() []Province { return provinces() }

// Communes returns the 3,321 of 1 July 2025, by code.
func Communes() []Commune { return communes() }

// LegacyProvinces returns the 63 of before, by code.
func LegacyProvinces() []Province { return legacyProvinces() }

// LegacyDistricts returns the 696 of before, by code.
func LegacyDistricts() []District { return legacyDistricts() }

// LegacyCommunes returns the 10,035 of before, by code.
func LegacyCommunes() []Commune { return legacyCommunes() }

// ProvinceMap returns where each of the 63 provinces went.
func ProvinceMap() []Pair { return provinceMap() }

// CommuneMap returns where each unit of before went; one that was split has
// several pairs.
func CommuneMap() []CommunePair { return communeMap() }

var (
	provinces = table("provinces", func(f []string) Province {
		return Province{Code: f[0], Kind: f[1], Name: f[2], Full: f[3], English: f[4]}
	})
	communes = table("communes", func(f []string) Commune {
		return Commune{Code: f[0], Province: f[1], Kind: f[2], Name: f[3], Full: f[4], Alt: f[5], English: f[6]}
	})
	legacyProvinces = table("legacy_provinces", func(f []string) Province {
		return Province{Code: f[0], Kind: f[1], Name: f[2], Full: f[3], English: f[4]}
	})
	legacyDistricts = table("legacy_districts", func(f []string) District {
		return District{Code: f[0], Province: f[1], Kind: f[2], Name: f[3], Full: f[4], English: f[5]}
	})
	legacyCommunes = table("legacy_communes", func(f []string) Commune {
		return Commune{Code: f[0], District: f[1], Province: f[2], Kind: f[3], Name: f[4], Full: f[5], Alt: f[6]}
	})
	provinceMap = table("province_map", func(f []string) Pair {
		return Pair{Old: f[0], New: f[1], Kind: f[2]}
	})
	communeMap = table("commune_map", func(f []string) CommunePair {
		return CommunePair{
			OldKind: f[0], Old: f[1], OldDistrict: f[2], OldProvince: f[3], OldName: f[4],
			New: f[5], NewProvince: f[6], Extent: f[7], Note: f[8],
		}
	})
)

// table reads a file when it is first asked for. The files are part of the
// program, so one that cannot be read is a broken build.
func table[T any](name string, row func([]string) T) func() []T {
	return sync.OnceValue(func() []T {
		rows, err := read("data/" + name + ".csv.gz")
		if err != nil {
			panic(fmt.Sprintf("country: %s: %v", name, err))
		}
		all := make([]T, len(rows))
		for i, r := range rows {
			all[i] = row(r)
		}
		return all
	})
}

func read(path string) ([][]string, error) {
	packed, err := data.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(text).ReadAll()
	if err != nil {
		return nil, err
	}
	return rows[1:], nil
}
