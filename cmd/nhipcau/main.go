// Command nhipcau carries directives down an organisation and their results
// back up.
package main

func main() {}
