package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"nhipcau/internal/setup/lab"
)

// A Measure is one line of the table.
type Measure struct {
	Name    string    `json:"name"`
	Unit    string    `json:"unit"`
	Goal    float64   `json:"goal,omitempty"`
	Least   bool      `json:"least,omitempty"` // the goal is a least; else a most
	Rounds  []float64 `json:"rounds"`          // what each round gave
	Median  float64   `json:"median"`
	Low     float64   `json:"low"`
	High    float64   `json:"high"`
	Limit   float64   `json:"limit,omitempty"`    // what the machine can do at most, in this run
	LimitOf string    `json:"limit_of,omitempty"` // what that is
	Share   float64   `json:"share,omitempty"`    // of the limit
	Reached *bool     `json:"reached,omitempty"`
	Samples int       `json:"samples,omitempty"`
	Note    string    `json:"note,omitempty"`
	Skipped string    `json:"skipped,omitempty"` // why it was not taken
}

// sum fills in what follows from the rounds.
func (m *Measure) sum() {
	if len(m.Rounds) == 0 {
		return
	}
	s := slices.Sorted(slices.Values(m.Rounds))
	m.Low, m.High, m.Median = s[0], s[len(s)-1], s[len(s)/2]
	if len(s)%2 == 0 {
		m.Median = (s[len(s)/2-1] + s[len(s)/2]) / 2
	}
	if m.Limit > 0 {
		m.Share = m.Median / m.Limit
		if !m.Least {
			m.Share = m.Limit / m.Median
		}
	}
	if m.Goal > 0 {
		reached := m.Median <= m.Goal
		if m.Least {
			reached = m.Median >= m.Goal
		}
		m.Reached = &reached
	}
}

// A Report is everything that was measured.
type Report struct {
	Machine  lab.Machine `json:"machine"`
	Engine   string      `json:"engine"`
	Scale    string      `json:"scale"`
	Flags    []string    `json:"flags"`
	Began    time.Time   `json:"began"`
	Ended    time.Time   `json:"ended"`
	Measures []*Measure  `json:"measures"`
	Sizes    []Size      `json:"sizes"`
	Wrong    []string    `json:"wrong"`
}

// add keeps a measure and says it at once: a run is long.
func (r *Report) add(m *Measure) {
	if len(m.Rounds) == 0 && m.Skipped == "" {
		m.Skipped = "no round came to an end"
	}
	m.sum()
	r.Measures = append(r.Measures, m)
	if m.Skipped != "" {
		fmt.Printf("  %s: not taken: %s\n", m.Name, m.Skipped)
		return
	}
	fmt.Printf("  %s: %s %s%s\n", m.Name, number(m.Median), m.Unit, note(m.Note))
}

func note(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// wrong notes an answer that was wrong, which fails the run.
func (r *Report) wrong(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	fmt.Println("  WRONG:", s)
	r.Wrong = append(r.Wrong, s)
}

// write prints the table and keeps everything in a file.
func (r *Report) write(out io.Writer, name string) error {
	r.print(out)
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(b, '\n'), 0o644)
}

func (r *Report) print(out io.Writer) {
	fmt.Fprintf(out, "\n%d × %s, %d GB, %s, %s; %s; %s scale; commit %s; load before %s\n\n", r.Machine.Cores, r.Machine.Model,
		r.Machine.Memory>>30, r.Machine.System, r.Machine.Go, r.Engine, r.Scale, r.Machine.Commit, r.Machine.Load)
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "measure\tgoal\tmedian\tlow–high\tlimit of the run\tshare\treached")
	for _, m := range r.Measures {
		if m.Skipped != "" {
			fmt.Fprintf(t, "%s\t%s\tnot taken\t\t\t\t\n", m.Name, m.goal())
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s %s\t%s–%s\t%s\t%s\t%s\n", m.Name, m.goal(), number(m.Median), m.Unit, number(m.Low), number(m.High), m.limit(), m.share(), m.verdict())
	}
	t.Flush()
	if len(r.Sizes) > 0 {
		fmt.Fprintln(out)
		for _, s := range r.Sizes[:min(len(r.Sizes), 20)] {
			fmt.Fprintf(t, "%s\t%.1f MB\n", s.Name, float64(s.Bytes)/1e6)
		}
		t.Flush()
	}
	fmt.Fprintln(out)
	for _, m := range r.Measures {
		if m.Note != "" {
			fmt.Fprintf(out, "%s: %s\n", m.Name, m.Note)
		}
		if m.Skipped != "" {
			fmt.Fprintf(out, "%s was not taken: %s\n", m.Name, m.Skipped)
		}
	}
	for _, s := range r.Wrong {
		fmt.Fprintln(out, "WRONG:", s)
	}
}

func (m *Measure) goal() string {
	sign := "<"
	if m.Least {
		sign = "≥"
	}
	if m.Goal == 0 {
		return ""
	}
	return sign + " " + number(m.Goal) + " " + m.Unit
}

func (m *Measure) limit() string {
	if m.Limit == 0 {
		return ""
	}
	return number(m.Limit) + " " + m.LimitOf
}

func (m *Measure) share() string {
	if m.Share == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100*m.Share)
}

func (m *Measure) verdict() string {
	switch {
	case m.Reached == nil:
		return ""
	case *m.Reached:
		return "yes"
	}
	return "NO"
}

// number writes f as short as it is telling.
func number(f float64) string {
	switch {
	case math.Abs(f) >= 1000:
		s := fmt.Sprintf("%.0f", f)
		var b strings.Builder
		for i, r := range s {
			if i > 0 && (len(s)-i)%3 == 0 {
				b.WriteByte(',')
			}
			b.WriteRune(r)
		}
		return b.String()
	case math.Abs(f) >= 100:
		return fmt.Sprintf("%.0f", f)
	case math.Abs(f) >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

// A sample is times of many requests.
type sample []time.Duration

// at returns a quantile in milliseconds; s is sorted by it.
func (s sample) at(q float64) float64 {
	if len(s) == 0 {
		return 0
	}
	slices.Sort(s)
	i := min(len(s)-1, int(math.Ceil(q*float64(len(s))))-1)
	return float64(s[max(0, i)].Microseconds()) / 1e3
}
