package main

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"unsafe"
)

// alone has c run as root of a user namespace with mounts of its own.
func alone(c *exec.Cmd) bool {
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	return true
}

func mount(dir string, size int64) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.FormatInt(size, 10))
}

func remount(dir string, readOnly bool) error {
	flags := uintptr(syscall.MS_REMOUNT)
	if readOnly {
		flags |= syscall.MS_RDONLY
	}
	return syscall.Mount("tmpfs", dir, "tmpfs", flags, "size="+strconv.FormatInt(diskSize, 10))
}

// room returns how many bytes are free on the disk of dir.
func room(dir string) (int64, error) {
	var s syscall.Statfs_t
	err := syscall.Statfs(dir, &s)
	return int64(s.Bavail) * s.Bsize, err
}

// limitFiles lets a process write files up to size, of any size if it is below 0.
func limitFiles(pid int, size int64) error {
	const fileSize = 1 // RLIMIT_FSIZE
	limit := struct{ now, most uint64 }{uint64(size), ^uint64(0)}
	if size < 0 {
		limit.now = limit.most
	}
	if _, _, e := syscall.Syscall6(syscall.SYS_PRLIMIT64, uintptr(pid), fileSize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0); e != 0 {
		return e
	}
	return nil
}
