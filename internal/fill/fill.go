// Package fill is where a unit types its return of a period: figures and words are
// kept as they are typed, on the phone and in a draft on the server, so nothing of
// it is lost by a cut line, a closed page or a second clerk.
package fill
