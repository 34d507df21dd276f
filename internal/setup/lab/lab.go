// Package lab is what the programs that try the product share: the built program
// as a child, a PostgreSQL of their own, and a client that costs little.
package lab
