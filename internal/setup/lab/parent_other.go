//go:build !linux

package lab

import "syscall"

// endWithParent does nothing: only Linux tells a process that its parent died.
func endWithParent(*syscall.SysProcAttr) {}
