package tally

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
)

// foldBatch is how many posts one fold takes; what is left calls for another.
const foldBatch = 5000

// Attach makes d fold posts into nodes before a deed is answered. Call it once,
// before the first post.
func Attach(d *db.DB) { d.OnFold(fold) }

// fold takes posts that wait and adds each to its unit's own figures and to the
// totals of the unit and everything above it up to the sheet's root. Every node
// is read and written once, however many posts touch it.
func fold(ctx context.Context, tx *db.Tx) error {
	for _, carried := range inBatches(db.Carried[[]post](tx)) {
		if err := foldPosts(ctx, tx, carried); err != nil {
			return err
		}
	}
	waiting, err := takeQueue(ctx, tx, foldBatch)
	if err != nil {
		return err
	}
	if len(waiting) == foldBatch {
		tx.NeedFold()
	}
	return foldPosts(ctx, tx, waiting)
}

// inBatches makes of what many deeds carried parts that a fold takes at once.
func inBatches(carried [][]post) [][]post {
	all := slices.Concat(carried...)
	return slices.Collect(slices.Chunk(all, foldBatch))
}

// foldPosts adds posts to the nodes of their sheets.
func foldPosts(ctx context.Context, tx *db.Tx, waiting []post) error {
	bySheet := map[int64][]post{}
	for _, w := range waiting {
		bySheet[w.sheet] = append(bySheet[w.sheet], w)
	}
	for _, sheet := range slices.Sorted(maps.Keys(bySheet)) {
		if err := foldSheet(ctx, tx, sheet, bySheet[sheet]); err != nil {
			return err
		}
	}
	return nil
}

// foldSheet adds posts of one sheet to its nodes.
func foldSheet(ctx context.Context, tx *db.Tx, sheet int64, waiting []post) error {
	s, err := Find(ctx, tx, sheet)
	if err != nil {
		return err
	}
	c, err := s.count(ctx, tx)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if err := c.add(w.unit, w.vec); err != nil {
			return err
		}
	}
	if err := c.roll(); err != nil {
		return err
	}
	return addToNodes(ctx, tx, sheet, slices.Collect(maps.Values(c.nodes)))
}

// A count adds posts of one sheet up the tree, in memory.
type count struct {
	sheet Sheet
	epoch *epoch.Epoch
	root  int
	nodes map[int]*Node // by place; with a node, all above it up to the root
}

func (s Sheet) count(ctx context.Context, tx *db.Tx) (*count, error) {
	e, root, _, _, err := s.area(ctx, tx, s.Root)
	return &count{s, e, root, map[int]*Node{}}, err
}

// place returns where a unit stands on the sheet.
func (c *count) place(unit int64) (int, bool) {
	i, ok := c.epoch.Index(unit)
	return i, ok && c.epoch.Under(i, c.root)
}

// add adds a post to its unit's own figures.
func (c *count) add(unit int64, v Vec) error {
	i, ok := c.place(unit)
	if !ok {
		return fmt.Errorf("tally: unit %d is not on sheet %d", unit, c.sheet.ID)
	}
	for up := i; c.nodes[up] == nil; up = c.epoch.Above(up) {
		c.nodes[up] = &Node{Unit: c.epoch.Unit(up)}
		if up == c.root {
			break
		}
		c.nodes[up].parent = c.epoch.Parent(up)
	}
	return c.nodes[i].Own.addVec(v)
}

// roll makes the totals, once all own figures are there.
func (c *count) roll() error {
	for _, i := range slices.Backward(c.places()) { // what lies under a unit comes after it
		n := c.nodes[i]
		if err := n.Total.addVec(n.Own); err != nil {
			return err
		}
		if i == c.root {
			continue
		}
		if err := c.nodes[c.epoch.Above(i)].Total.addVec(n.Total); err != nil {
			return err
		}
	}
	return nil
}

// places returns the places of the nodes in pre-order.
func (c *count) places() []int { return slices.Sorted(maps.Keys(c.nodes)) }
