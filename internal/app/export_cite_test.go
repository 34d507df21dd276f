package app

import "io"

// Cite runs the command cite on what stands at standard input.
func Cite(in io.Reader, out io.Writer) error {
	return (&citeCommand{}).Run(&terminal{in: in, out: out}, Config{})
}
