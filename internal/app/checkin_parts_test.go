package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserCheckinStands has the telephone's own reckoning come out the same in whatever
// order facts come, however often.
func TestBrowserCheckinStands(t *testing.T) {
	t.Parallel()
	x := openDoor(t, 3)
	p := x.handset()
	got := evaluate[string](p.browser, `page().then(m => {
		let n = 0
		const f = (state, more) => ({id: String(++n).padStart(4, '0'), at: 1000 * n, offset: 0, call: 1, state, member: 'a', seq: n, ...more})
		const all = [f('present'), f('present', {call: 2}), f('excused'), f('out'), f('present', {member: 'b'}), f('void', {ref: '0005', member: undefined}),
			f('absent', {member: 'b'}), f('exempt', {member: 'b'}), f('heads', {n: 7, member: undefined}), f('heads', {n: 9, member: undefined}), f('void', {ref: '0010', member: undefined}), f('present', {at: 1, offset: 50}),
			f('present', {member: undefined, guest: {id: 'g', name: 'G', org: ''}}), f('present', {member: undefined, code: 'C'})]
		const said = s => JSON.stringify([...['a', 'b', 'guest:g', 'code:C'].flatMap(k => [1, 2].map(c => { const x = s.at(k, undefined, c, 0); return [k, c, x.state, x.at, x.out] })), s.headsAt(1).n, s.headsAt(2) ?? 0])
		const first = said(new m.Stand(all))
		for (let i = 0; i < 500; i++) {
			const mixed = [...all, ...all.slice(0, i % all.length)].map(v => [Math.random(), v]).sort((a, b) => a[0] - b[0]).map(v => v[1])
			const now = said(new m.Stand(mixed))
			if (now !== first) return 'not the same: ' + now
		}
		return first
	})`)
	const want = `[["a",1,"present",51,true],["a",2,"present",2000,true],["b",1,"exempt",8000,false],["b",2,"invited",0,false],["guest:g",1,"present",13000,false],["guest:g",2,"invited",0,false],["code:C",1,"present",14000,false],["code:C",2,"invited",0,false],7,0]`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestBrowserCheckinRenewed puts a new version of the page on the server: the old one works
// until somebody takes the new one, and what was noted is there after it.
func TestBrowserCheckinRenewed(t *testing.T) {
	t.Parallel()
	x := openDoor(t, 10)
	p := x.handset()
	x.line.cut.Store(true)
	p.scans(x.codes[x.g.Members[0]])
	newer := func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/checkin/sw.js" {
			return false
		}
		a, err := http.Get(x.h.URL + "/checkin/sw.js")
		if err != nil {
			t.Error(err)
			return false
		}
		defer a.Body.Close()
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprintln(w, "// newer")
		if _, err := io.Copy(w, a.Body); err != nil {
			t.Error(err)
		}
		return true
	}
	x.line.with.Store(&newer)
	x.line.cut.Store(false)
	evaluate[string](p.browser, "navigator.serviceWorker.getRegistration().then(r => r.update()).then(() => '')")
	p.says(".net", "Có bản mới")
	p.says(".big", "1 / 10")
	evaluate[string](p.browser, "window.old = true; press('Dùng bản mới'); ''")
	for end := time.Now().Add(patience); ; { // the page goes away meanwhile
		ready, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("!window.old && document.documentElement.dataset.ready === 'yes'"))
		if err == nil && ready {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the new page never came", err)
		}
	}
	p.says(".big", "1 / 10")
	x.line.cut.Store(true)
	p.opens()
	p.says(".big", "1 / 10")
}

// TestBrowserCheckinTabs opens the page twice in one browser: each shows what the other notes.
func TestBrowserCheckinTabs(t *testing.T) {
	t.Parallel()
	x := openDoor(t, 10)
	p := x.handset()
	x.line.cut.Store(true)
	evaluate[string](p.browser, "window.other = new BroadcastChannel('checkin'); window.heard = 0; other.onmessage = () => { heard++ }; ''")
	p.scans(x.codes[x.g.Members[0]])
	p.until("heard > 0")
	// A fact of the other tab.
	evaluate[string](p.browser, `(async () => {
		const d = await new Promise(r => { const q = indexedDB.open('checkin'); q.onsuccess = () => r(q.result) })
		const t = d.transaction('fact', 'readwrite'), s = t.objectStore('fact')
		await new Promise(r => { s.openCursor().onsuccess = e => { const f = e.target.result.value; s.add({...f, id: f.id.slice(0, -1) + (f.id.endsWith('0') ? '1' : '0'), seq: 2, member: '`+x.g.Members[1]+`'}); r() } })
		await new Promise(r => { t.oncomplete = r })
		d.close()
		other.postMessage('facts')
		return ''
	})()`)
	p.says(".big", "2 / 10")
	p.says(".net", "2 lượt")
	// While another tab sends, this one does not.
	evaluate[string](p.browser, "new Promise(got => navigator.locks.request('checkin-sync', () => { got(''); return new Promise(r => { window.free = r }) }))")
	x.line.cut.Store(false)
	before := x.line.sent.Load()
	if evaluate[bool](p.browser, "page().then(m => m.sendNow())") {
		t.Error("a tab sends while another does")
	}
	if n := x.line.sent.Load(); n != before {
		t.Errorf("two tabs send: %d requests", n-before)
	}
	evaluate[string](p.browser, "free(); dispatchEvent(new Event('online')); ''")
	p.says(".net.done", "Đã gửi hết")
}

// TestBrowserCheckinRollCalls goes through two roll calls and out of the door.
func TestBrowserCheckinRollCalls(t *testing.T) {
	t.Parallel()
	y, m, d := time.Now().Date()
	x := closedDoor(t, 10, time.Date(y, m, d, 3, 0, 0, 0, time.UTC)) // 10:00 in Vietnam, wherever the browser is
	x.codes = x.g.Codes(t)
	x.g.Call(t, "07:30", "11:00")
	p := x.handset()
	x.line.cut.Store(true)
	p.says(".calls [aria-pressed=true]", "Đầu giờ")
	code := x.codes[x.g.Members[0]]
	p.scans(code)
	p.says(".big", "1 / 10")
	evaluate[string](p.browser, "press('Cuối giờ'); ''")
	p.says(".big", "0 / 10")
	p.scans(code)
	p.says(".result.done", "✓")
	p.says(".big", "1 / 10")
	p.says(".people .st.on", "10:00") // as the house has it, whatever the browser's clock and zone are
	p.says(".net", "Đồng hồ máy này")
	p.check("roll calls")
	p.fits("roll calls", 390)
	p.fits("roll calls", 1280)
	evaluate[string](p.browser, "document.getElementById('leaving').checked = true; ''")
	p.scans(code)
	p.says(".result.done", "đã ghi về lúc")
	p.says(".people .st.on", "về")
	x.line.cut.Store(false)
	evaluate[string](p.browser, "dispatchEvent(new Event('online')); ''")
	p.says(".net.done", "Đã gửi hết")
	if got, want := x.g.Facts(t), []string{"present 1 0", "present 2 0", "out 2 0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	two := x.handset() // the list says it all
	two.says(".people .st.on", "đã về")
}

// TestBrowserCheckinHeads counts heads at a site that has no list.
func TestBrowserCheckinHeads(t *testing.T) {
	t.Parallel()
	x := closedDoor(t, 1, time.Now())
	x.g.Empty(t)
	p := x.handset()
	x.line.cut.Store(true)
	p.says("section", "Điểm cầu này không có danh sách")
	for _, n := range []string{"41", "43"} {
		evaluate[string](p.browser, "press('Đếm số người'); document.querySelector('dialog input').value = '"+n+"'; press('Ghi'); ''")
		p.says(".big", n)
	}
	p.check("heads")
	evaluate[string](p.browser, "press('Thêm khách'); document.querySelectorAll('dialog input')[0].value = 'Trần Khách'; press('Ghi có mặt'); ''")
	p.says(".people", "Trần Khách")
	x.line.cut.Store(false)
	evaluate[string](p.browser, "dispatchEvent(new Event('online')); ''")
	p.says(".net.done", "Đã gửi hết")
	if got, want := x.g.Facts(t), []string{"heads 1 41", "heads 1 43", "present 1 0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestBrowserCheckinRevokedByClerk has the clerk take the right of a telephone that was lost:
// what it then sends is set apart, and it says so and stops.
func TestBrowserCheckinRevokedByClerk(t *testing.T) {
	t.Parallel()
	x := openDoor(t, 10)
	p := x.handset()
	x.line.cut.Store(true)
	p.scans(x.codes[x.g.Members[0]])
	x.post("/"+evaluate[string](p.browser, "page().then(m => m.desk.device.device)")+"/revocation", http.StatusSeeOther, url.Values{"reason": {"Mất máy"}})
	x.line.cut.Store(false)
	evaluate[string](p.browser, "dispatchEvent(new Event('online')); ''")
	p.says(".net.late", "Mọi lượt đã ghi vẫn giữ trên máy")
	p.says(".net", "Cần xem lại (1)")
	evaluate[string](p.browser, "press('Cần xem lại'); ''")
	p.says("dialog", "Ghi sau khi máy bị thu hồi")
	p.check("what to look at")
	if n := x.attended(); n != 0 {
		t.Errorf("%d are there, want nobody", n)
	}
	if n := evaluate[int](p.browser, "page().then(m => m.desk.stand.facts.size)"); n != 1 {
		t.Errorf("the telephone keeps %d facts, want 1", n)
	}
}
