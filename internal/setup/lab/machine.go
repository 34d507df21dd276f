package lab

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// A Machine is what a measurement was taken on.
type Machine struct {
	Cores  int    `json:"cores"`
	Model  string `json:"model"`
	Memory int64  `json:"memory"` // bytes
	System string `json:"system"`
	Go     string `json:"go"`
	Load   string `json:"load"` // averages of 1, 5 and 15 minutes, before
	Commit string `json:"commit"`
}

// Look describes this machine, and the commit of the folder it stands in.
func Look() Machine {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	m.Model = field("/proc/cpuinfo", "model name")
	m.Memory = kilobytes(field("/proc/meminfo", "MemTotal"))
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load = strings.Join(strings.Fields(string(b))[:3], " ")
	}
	if b, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(b))
	}
	return m
}

// field returns what a file of the kernel says of name, "" if it says nothing.
func field(file, name string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
