// Package signing carries a unit's return through its steps: submitted to the level
// above, which accepts it or sends it back with reasons figure by figure; or approved
// by the unit's secretary first, whose signature covers exactly what it says at that
// moment.
//
// Only forms that ask for steps have them. Nothing of what was signed is changed: a
// correction is a new return, and pages show what was signed, what stands, and the
// difference.
package signing
