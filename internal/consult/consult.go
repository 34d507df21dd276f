// Package consult has the pages of consultations over drafts: how one stands, the text
// with what is said beside it, the place where a unit makes its opinion, the points with
// their answers and the table of them. The work itself is package opinion's.
package consult
