package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"time"
)

// The addresses and bodies of what is asked of the program, all in this file.

const apiPrefix = "/api/v1"

func periodPath(period string) string { return apiPrefix + "/periods/" + period }

func childrenPath(period, unit, lanes string) string {
	return apiPrefix + "/periods/" + period + "/figures/" + url.PathEscape(unit) + "?limit=500&lanes=" + lanes
}

// pagePath is the page that shows what childrenPath says, for people.
func pagePath(period, unit string) string {
	return "/periods/" + period + "/units/" + url.PathEscape(unit)
}

func lackingPath(period, unit string) string {
	return apiPrefix + "/periods/" + period + "/lacking/" + url.PathEscape(unit) + "?limit=50"
}

func returnPath(period, unit string) string {
	return apiPrefix + "/periods/" + period + "/returns/" + url.PathEscape(unit)
}

func searchPath(q string) string { return apiPrefix + "/members?limit=50&q=" + url.QueryEscape(q) }

func checkinPath(conference string, site int64) string {
	return apiPrefix + "/conferences/" + conference + "/sites/" + strconv.FormatInt(site, 10) + "/checkins"
}

func figuresPath(sheet, unit string) string {
	return apiPrefix + "/figures/" + sheet + "/" + url.PathEscape(unit)
}

// returnBody is the body of a return of all items: the last is last above its
// least, the others go with base, as far as the items allow.
func returnBody(b []byte, items []item, seen, base, last int64) []byte {
	b = append(b[:0], `{"seen":`...)
	b = strconv.AppendInt(b, seen, 10)
	if seen > 0 {
		b = append(b, `,"reason":"Rà soát lại số liệu"`...)
	}
	b = append(b, `,"figures":{`...)
	for i, it := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendQuote(b, it.key), ':')
		n := base + int64(i)
		if i == len(items)-1 {
			n = last
		}
		b = strconv.AppendInt(b, it.low+n%min(it.high-it.low+1, 40), 10)
	}
	return append(b, `}}`...)
}

// A fact is one check-in, as a device sends it.
type fact struct {
	ID     string `json:"id"`
	Device string `json:"device"`
	Seq    int64  `json:"seq"`
	At     int64  `json:"at"`
	Offset int64  `json:"offset"`
	Member string `json:"member"`
	State  string `json:"state"`
	Source string `json:"source"`
}

func factsBody(facts []fact) ([]byte, error) {
	return json.Marshal(struct {
		Facts []fact `json:"facts"`
	}{facts})
}

// answersOf reads what became of each fact.
func answersOf(body []byte) (map[string]int, error) {
	var said struct {
		Answers []struct{ Result string }
	}
	err := json.Unmarshal(body, &said)
	count := map[string]int{}
	for _, a := range said.Answers {
		count[a.Result]++
	}
	return count, err
}

// uuidOf is a UUIDv7 of a moment and chance.
func uuidOf(ms int64, r *rand.Rand) string {
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-7%03x-%04x-%012x", uint32(ms>>16), uint16(ms), a&0xfff, 0x8000|a>>16&0x3fff, b&0xffffffffffff)
}

func millis() int64 { return time.Now().UnixMilli() }

// lane is the name of the item at a place, from 1, on the sheet of a period.
func lane(place int) string { return "value_" + strconv.Itoa(place) }

// totalOf reads the total of a lane from a unit's figures.
func totalOf(body []byte, lane string) (int64, error) {
	var said struct {
		Lanes []struct {
			Lane  string
			Total int64
		}
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return 0, err
	}
	for _, l := range said.Lanes {
		if l.Lane == lane {
			return l.Total, nil
		}
	}
	return 0, fmt.Errorf("no lane %s in %.300s", lane, body)
}

// reformArgs is the command line that makes the reform of 1 July 2025.
var reformArgs = []string{"reform", "july-2025"}

// todayPath is the page of a sheet's figures on the tree of today.
func todayPath(sheet int64, unit string) string {
	return "/sheets/" + strconv.FormatInt(sheet, 10) + "/units/" + url.PathEscape(unit) + "?view=today"
}

// reportPath is the page of all figures of a unit with everything under it.
func reportPath(period, unit string) string {
	return "/periods/" + period + "/report/" + url.PathEscape(unit)
}

// returnPagePath is the page on which a unit returns its figures.
func returnPagePath(period, unit string) string {
	return "/periods/" + period + "/returns/" + url.PathEscape(unit)
}

// lackPagePath is the page of who has not returned.
func lackPagePath(period, unit string) string {
	return "/periods/" + period + "/lacking/" + url.PathEscape(unit)
}

// paperPath is the consolidated report of a unit as a paper.
func paperPath(period, unit string) string {
	return "/periods/" + period + "/summary/" + url.PathEscape(unit) + "/paper.docx"
}

// bookPath is the table of the units so many levels under one.
func bookPath(period, unit string, down int) string {
	return "/periods/" + period + "/summary/" + url.PathEscape(unit) + "/figures.xlsx?level=" + strconv.Itoa(down)
}

func periodsPath(form string) string { return "/forms/" + form + "/periods" }

// newPeriod is the form that opens a period after all others.
var newPeriod = url.Values{"name": {"Sau sắp xếp"}, "from": {"1/1/2027"}, "to": {"31/1/2027"}, "last": {"5/2/2027"}}.Encode()
