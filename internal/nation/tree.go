package nation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"nhipcau/internal/country"
)

// A level is what sort of unit one is.
type level uint8

const (
	root level = iota
	province
	centralBloc
	district
	commune
	provinceBloc
	upper // upper committee in a central bloc
	committee
	lone // grassroots organisation without cells
	cell
)

// A unit is one of the tree, before it has an id.
type unit struct {
	key, name, short, kind string
	level                  level
	up                     int32 // place of the unit above, -1 for the root
	depth                  int32
	size                   int32 // members
	first                  int32 // number of the first of them
}

// holds reports whether a unit has members of its own.
func (u *unit) holds() bool { return u.level == lone || u.level == cell }

// counts is what a scale is made of.
type counts struct {
	organisations, committees, cells int // cells under the committees
	loneMembers, cellMembers         int
	most                             int // members of one unit
	invited, sites                   int // of the conference
}

// The counts of structure_profiles: published where there is a source, else
// assumed. Invited people and sites of the conference are 1.93 of 5.4 million and 31,000
// of 294,938, and in proportion.
var profiles = map[Scale]counts{
	Small:      {organisations: 62, loneMembers: 2_000, most: 200, invited: 715, sites: 7},
	Province:   {organisations: 670, committees: 270, cells: 2_900, loneMembers: 7_273, cellMembers: 52_727, most: 150, invited: 21_444, sites: 382},
	TheCountry: {organisations: 52_000, committees: 20_800, cells: 239_200, loneMembers: 623_100, cellMembers: 4_776_900, most: 150, invited: 1_930_000, sites: 31_000},
}

// A frame is the units above the grassroots, in pre-order, and how many
// organisations come under each, in proportion.
type frame struct {
	units  []unit
	weight []float64 // 0: none directly under it
}

func (f *frame) add(u unit, up int, weight float64) int {
	u.up, u.depth = int32(up), 0
	if up >= 0 {
		u.depth = f.units[up].depth + 1
	}
	if u.short == "" {
		u.short = u.name
	}
	f.units, f.weight = append(f.units, u), append(f.weight, weight)
	return len(f.units) - 1
}

// Organisations directly under a unit, in the mean: those of structure_profiles.
const (
	underCommune = 13.0
	underBloc    = 30.0
	underUpper   = 19.8
)

// lower writes the kind of a unit within a sentence: "tỉnh Nghệ An".
func lower(full string) string {
	kind, rest, _ := strings.Cut(full, " ")
	return strings.ToLower(kind) + " " + rest
}

// committeeOf is the short name of the committee of a province or a district.
func committeeOf(kind, name string) string {
	switch kind {
	case "thành phố":
		return "Thành ủy " + name
	case "thị xã":
		return "Thị ủy " + name
	}
	return strings.ToUpper(kind[:1]) + kind[1:] + " ủy " + name
}

// addProvince adds a province with its blocs.
func (f *frame) addProvince(key string, p country.Province, up int) int {
	at := f.add(unit{key: key + p.Code, name: "Đảng bộ " + lower(p.Full), short: committeeOf(p.Kind, p.Name), kind: "Đảng bộ " + p.Kind, level: province}, up, 0)
	for i, of := range []string{"các cơ quan Đảng", "Ủy ban nhân dân", "Công an", "Quân sự"} {
		f.add(unit{key: fmt.Sprintf("k-%s-%d", p.Code, i+1), name: "Đảng bộ " + of + " " + lower(p.Full), kind: "Đảng bộ khối", level: provinceBloc}, at, underBloc)
	}
	return at
}

func (f *frame) addCommune(key string, c country.Commune, up int, weight float64) {
	f.add(unit{key: key + c.Code, name: "Đảng bộ " + lower(c.Full), short: "Đảng ủy " + lower(c.Full), kind: "Đảng bộ " + c.Kind, level: commune}, up, weight)
}

// now adds a province of today with its communes, at most so many.
func (f *frame) now(p country.Province, up, most int, weight float64) {
	at := f.addProvince("t-", p, up)
	for _, c := range country.Communes() {
		if c.Province == p.Code && most > 0 {
			f.addCommune("x-", c, at, weight)
			most--
		}
	}
}

// before adds a province of before 1 July 2025 with its districts and communes.
func (f *frame) before(p country.Province, up int, weight float64) {
	at := f.addProvince("tinh-", p, up)
	for _, d := range country.LegacyDistricts() {
		if d.Province != p.Code {
			continue
		}
		mine := f.add(unit{key: "huyen-" + d.Code, name: "Đảng bộ " + lower(d.Full), short: committeeOf(d.Kind, d.Name), kind: "Đảng bộ " + d.Kind, level: district}, at, 0)
		for _, c := range country.LegacyCommunes() {
			if c.District == d.Code {
				f.addCommune("xa-", c, mine, weight)
			}
		}
		if mine == len(f.units)-1 { // an island without communes
			f.weight[mine] = weight
		}
	}
}

var centralBlocs = []string{
	"các cơ quan Đảng Trung ương", "Chính phủ", "Quốc hội", "Mặt trận Tổ quốc, các đoàn thể Trung ương", "Quân đội", "Công an Trung ương",
}

// sample is the province of the scale of one: of the communes of today the first
// 60; before, the provinces that became it, whole.
const sample, sampleCommunes = "15", 60

// frameOf makes the units above the grassroots. Provinces differ: each has more
// or fewer organisations to a commune than the mean.
func frameOf(r *rand.Rand, o Options) frame {
	var f frame
	top := unit{key: "trung-uong", name: "Trung ương", kind: "Trung ương", level: root}
	uneven := func() float64 { return underCommune * (0.6 + 1.2*r.Float64()) }
	switch {
	case o.Scale == Small:
		f.add(unit{key: "trung-uong", name: "Đảng bộ Khối các cơ quan", short: "Đảng ủy Khối các cơ quan", kind: "Đảng bộ khối", level: root}, -1, 1)
		return f
	case o.Scale == Province && !o.Before:
		for _, p := range country.Provinces() {
			if p.Code == sample {
				f.now(p, -1, sampleCommunes, 9.2)
			}
		}
		f.units[0].level = root
		return f
	case o.Scale == Province:
		at, from := f.add(top, -1, 0), map[string]bool{}
		for _, pair := range country.ProvinceMap() {
			from[pair.Old] = pair.New == sample
		}
		for _, p := range country.LegacyProvinces() {
			if from[p.Code] {
				f.before(p, at, 1.5)
			}
		}
		return f
	}
	at := f.add(top, -1, 0)
	if o.Before {
		for _, p := range country.LegacyProvinces() {
			f.before(p, at, uneven()/3)
		}
	} else {
		for _, p := range country.Provinces() {
			f.now(p, at, math.MaxInt, uneven())
		}
	}
	n := 0
	for i, of := range centralBlocs {
		bloc := f.add(unit{key: fmt.Sprintf("khoi-%d", i+1), name: "Đảng bộ " + of, kind: "Đảng bộ khối Trung ương", level: centralBloc}, at, 0)
		for k := range 40 {
			n++
			f.add(unit{key: fmt.Sprintf("tren-%03d", n), name: fmt.Sprintf("Đảng bộ đơn vị số %d, %s", k+1, of), kind: "Đảng bộ cấp trên cơ sở", level: upper}, bloc, underUpper)
		}
	}
	return f
}

// treeOf makes the whole tree in pre-order.
func treeOf(o Options) *plan {
	r := rand.New(rand.NewPCG(o.Seed, 1))
	f, c := frameOf(r, o), profiles[o.Scale]
	p := &plan{Options: o, counts: c}
	organisations := share(c.organisations, f.weight, 1)
	with := some(r, c.organisations, c.committees) // which of them have cells
	weights := make([]float64, c.committees)
	for i := range weights {
		weights[i] = math.Exp(r.NormFloat64() * 0.5)
	}
	cells := share(c.cells, weights, 2)
	var planted []int32
	if c.cells == 0 {
		planted = edges
	}
	loneSizes := sizes(r, c.organisations-c.committees, c.loneMembers, c.most, planted)
	cellSizes := sizes(r, c.cells, c.cellMembers, c.most, edges)
	places := make([]int32, len(f.units)) // of the units of the frame
	org := 0
	for i, u := range f.units {
		if u.up >= 0 {
			u.up = places[u.up]
		}
		places[i] = p.add(u)
		for n := range organisations[i] {
			if !with[org] {
				p.organisation(places[i], org, n+1, lone)
				p.last().size = loneSizes[0]
				loneSizes = loneSizes[1:]
			} else {
				at := p.organisation(places[i], org, n+1, committee)
				for k := range cells[0] {
					p.cell(at, k+1)
					p.last().size = cellSizes[0]
					cellSizes = cellSizes[1:]
				}
				cells = cells[1:]
			}
			org++
		}
	}
	p.number()
	return p
}

func (p *plan) add(u unit) int32 {
	if u.up >= 0 {
		u.depth = p.units[u.up].depth + 1
	}
	p.units = append(p.units, u)
	return int32(len(p.units) - 1)
}

func (p *plan) last() *unit { return &p.units[len(p.units)-1] }

// bodies are what an organisation in a commune is; they are numbered, for none is
// real.
var bodies = []string{
	"Trường Tiểu học", "Trường Trung học cơ sở", "Trường Mầm non", "Trạm Y tế", "Hợp tác xã", "Công ty", "Cơ quan", "Doanh nghiệp", "Trường Trung học phổ thông", "Bệnh viện",
}

func (p *plan) organisation(up int32, org, n int, l level) int32 {
	above := p.units[up].short
	if _, of, ok := strings.Cut(above, "Đảng ủy "); ok {
		above = of
	}
	what := "Chi bộ"
	u := unit{key: fmt.Sprintf("cs-%05d", org+1), kind: "Chi bộ cơ sở", level: l, up: up}
	if l == committee {
		what, u.kind = "Đảng bộ", "Đảng bộ cơ sở"
	}
	u.short = fmt.Sprintf("%s %s số %d", what, bodies[(org*7+n)%len(bodies)], n)
	u.name = u.short + ", " + above
	return p.add(u)
}

func (p *plan) cell(up int32, n int) {
	p.celled++
	u := unit{key: fmt.Sprintf("cb-%06d", p.celled), kind: "Chi bộ", level: cell, up: up, short: fmt.Sprintf("Chi bộ %d", n)}
	u.name = u.short + ", " + p.units[up].name
	p.add(u)
}

// share divides total in proportion to weights; who has a weight gets at least
// least.
func share(total int, weights []float64, least int) []int {
	out := make([]int, len(weights))
	sum := 0.0
	for i, w := range weights {
		if w > 0 {
			out[i] = least
			total -= least
			sum += w
		}
	}
	given, so := 0, 0.0
	for i, w := range weights {
		so += w
		upTo := int(math.Round(float64(total) * so / sum))
		out[i] += upTo - given
		given = upTo
	}
	return out
}

// some chooses k of n.
func some(r *rand.Rand, n, k int) []bool {
	out := make([]bool, n)
	for i := range out {
		if r.IntN(n-i) < k {
			out[i] = true
			k--
		}
	}
	return out
}

// edges are the sizes that rules turn on: the fewest members of a unit, the
// largest that elects a secretary only, the smallest that elects a committee, and
// either side of what may have cells; and one more of three, which will fall
// under it.
var edges = []int32{3, 8, 9, 29, 30, 3}

// every is how far planted units stand from one another.
const every = 7

// sizes draws the members of n units, log-normal with the sigma of structure.md,
// within bounds, exactly total together. The first units have the planted sizes.
func sizes(r *rand.Rand, n, total, most int, planted []int32) []int32 {
	if n == 0 {
		return nil
	}
	const sigma, least = 0.57, 3
	out, fixed := make([]int32, n), make([]bool, n)
	draws, sum := make([]float64, n), 0.0
	for i := range draws {
		draws[i] = math.Exp(r.NormFloat64() * sigma)
		sum += draws[i]
	}
	rest := total
	for i := range out {
		out[i] = int32(min(max(math.Round(draws[i]*float64(total)/sum), least), float64(most)))
		if k := i / every; i%every == 0 && k < len(planted) {
			out[i], fixed[i] = planted[k], true
		}
		rest -= int(out[i])
	}
	for step := int32(1); rest != 0; {
		if rest < 0 {
			step = -1
		}
		i := r.IntN(n)
		if now := out[i] + step; !fixed[i] && now >= least && int(now) <= most {
			out[i] = now
			rest -= int(step)
		}
	}
	return out
}
