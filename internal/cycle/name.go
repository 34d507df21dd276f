package cycle

import "strconv"

var (
	roman    = []string{"I", "II", "III", "IV"}
	english  = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	halvesVI = []string{"6 tháng đầu năm ", "6 tháng cuối năm "}
	halvesEN = []string{"First half of ", "Second half of "}
)

// Name names p as papers do, in Vietnamese ("vi") or else in English: "Tháng
// 3/2025", "Quý I/2025", "6 tháng đầu năm 2025", "Năm 2025", "Tuần 12/2025",
// "Đợt 01/3/2025 – 30/4/2025", "Nhiệm kỳ 2020 – 2025". How a month is cut is not
// in its name.
func (p Period) Name(language string) string {
	vi := language == "vi"
	pick := func(v, e string) string {
		if vi {
			return v
		}
		return e
	}
	n, y := strconv.Itoa(p.N), strconv.Itoa(p.Year)
	switch p.Kind {
	case Week:
		return pick("Tuần "+n+"/"+y, "Week "+n+" of "+y)
	case Month:
		return pick("Tháng "+n+"/"+y, of(english, p.N)+" "+y)
	case Quarter:
		return pick("Quý ", "Quarter ") + of(roman, p.N) + "/" + y
	case Half:
		return pick(of(halvesVI, p.N), of(halvesEN, p.N)) + y
	case Year:
		return pick("Năm ", "Year ") + y
	case Campaign:
		return pick("Đợt ", "Campaign ") + p.From.String() + " – " + p.Last().String()
	case Term:
		return pick("Nhiệm kỳ ", "Term ") + y + " – " + strconv.Itoa(year(p.To))
	}
	return ""
}

// of returns the n-th of all, from 1, "" if there is none.
func of(all []string, n int) string {
	if n < 1 || n > len(all) {
		return ""
	}
	return all[n-1]
}
