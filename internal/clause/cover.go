package clause

// A Covered is a clause with how many carry it out: units, or rows of a plan.
type Covered struct {
	Clause
	Count int64
	Parts bool   // pieces stand under it
	Via   string // number of the piece it stands under that is carried out, "" if it is itself or none is
}

// Open reports whether nobody carries out c, which has no pieces of its own, nor what
// it stands under.
func (c Covered) Open() bool { return c.Count == 0 && c.Via == "" && !c.Parts }

// Rows are the clauses of a paper with how many carry each out.
type Rows []Covered

// Left returns the clauses that nobody carries out.
func (all Rows) Left() []Covered {
	var left []Covered
	for _, r := range all {
		if r.Open() {
			left = append(left, r)
		}
	}
	return left
}

// Pieces is how many clauses have no pieces of their own, which somebody has to
// carry out.
func (all Rows) Pieces() int64 {
	var n int64
	for _, r := range all {
		if !r.Parts {
			n++
		}
	}
	return n
}

// Cover joins clauses with how often each is carried out, by its id.
func Cover(all []Clause, counts map[string]int64) Rows {
	rows := make(Rows, len(all))
	var open []Covered // what the next piece stands under
	for i, c := range all {
		for len(open) > 0 && open[len(open)-1].Depth >= c.Depth {
			open = open[:len(open)-1]
		}
		r := Covered{Clause: c, Count: counts[c.ID], Parts: i+1 < len(all) && all[i+1].Depth > c.Depth}
		if r.Count == 0 {
			for _, above := range open {
				if above.Count > 0 {
					r.Via = above.N
				}
			}
		}
		rows[i], open = r, append(open, r)
	}
	return rows
}
