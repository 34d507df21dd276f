//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package backup

import (
	"os"
	"syscall"
)

// lock holds f for this process until f is closed or the process ends, however
// it ends; it fails where another process holds it.
func lock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
