// The list: found by words, narrowed by state and unit, marked by a tap.

import { button, el, select, sheet } from './dom.js'
import { desk, keyOf, mark, markAll, standing, standingOf } from './desk.js'
import { matches, fold } from './fold.js'
import { codeIn } from './ids.js'
import { openPerson, stateText } from './person.js'
import { number, t } from './text.js'

const PAGE = 60
const there = s => s.state === 'present' || s.state === 'online'
const shows = { all: () => true, rest: s => s.state === 'invited', there, away: s => !there(s) && s.state !== 'invited' }

/** What is known of a code that is not on the list. @param {import('./facts.js').Fact} f */
const said = f => t(!f.answer ? 'scan.unknown' : ['accepted', 'extra', 'duplicate'].includes(f.answer) ? 'scan.matched' : 'answer.' + f.answer)

/** The part of the page with search and list. */
export class List {
  /** @param {{say: (text: string) => void, code: (text: string) => void}} o */
  constructor(o) {
    this.o = o
    this.limit = PAGE
    this.words = el('input', { type: 'search', class: 'find', autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'search', placeholder: t('find.label'), 'aria-label': t('find.label') })
    this.words.addEventListener('input', () => { this.limit = PAGE; this.render() })
    this.words.addEventListener('keydown', e => { // a scanner that types
      if (e.key !== 'Enter' || !(codeIn(this.words.value) || /^https?:/i.test(this.words.value))) return
      const text = this.words.value
      this.words.value = ''
      this.o.code(text)
    })
    this.show = select([], 'all', { 'aria-label': t('find.show') })
    this.unit = select([], '', { 'aria-label': t('find.unit') })
    for (const s of [this.show, this.unit]) s.addEventListener('change', () => { this.limit = PAGE; this.render() })
    this.bulk = button('', () => this.askBulk(), { class: 'btn', hidden: true })
    this.rows = el('ul', { class: 'people' })
    this.foot = el('div', { class: 'foot' })
    this.total = el('p', { class: 'hint total', 'aria-live': 'polite' })
    this.element = el('section', {}, el('div', { class: 'search' }, this.words, el('div', { class: 'narrowing' }, this.show, this.unit), this.bulk), this.total, this.rows, this.foot)
    this.rows.addEventListener('click', e => this.tap(e))
  }

  choices() {
    const keep = this.show.value || 'all', unit = this.unit.value
    const put = (s, pairs, value) => {
      s.replaceChildren(...pairs.map(([v, text]) => el('option', { value: v }, text)))
      s.value = pairs.some(([v]) => v === value) ? value : pairs[0][0]
    }
    put(this.show, ['all', 'rest', 'there', 'away', 'guests'].map(v => [v, t('find.' + v)]), keep)
    put(this.unit, [['', t('find.units')], ...(desk.roster?.units ?? []).map((u, i) => [String(i), u])], unit)
    this.unit.hidden = (desk.roster?.units.length ?? 0) < 2
    this.for = desk.roster
  }

  /** Those on no list: guests who came by themselves, and codes. */
  strangers(words) {
    return desk.stand.strangers(desk.roster).map(key => {
      const f = desk.stand.of.get(key)[0]
      const guest = f.guest
      return { key, name: guest ? guest.name : f.code ? t('scan.code', f.code.slice(-6)) : f.member, sub: guest ? guest.org : said(f), strange: !guest, s: standingOf(key) }
    }).filter(x => matches(fold(x.name + ' ' + x.sub), words) && x.s.state !== 'invited')
  }

  /** @returns {object[]} what is shown: people with how they stand */
  chosen() {
    const words = fold(this.words.value).split(/\s+/).filter(Boolean)
    const show = this.show.value, unit = this.unit.value
    const all = []
    this.beyond = 0 // how many more there are than were looked at
    if (show !== 'rest' && show !== 'away' && unit === '') all.push(...this.strangers(words))
    const from = show === 'guests' ? desk.roster?.guests ?? [] : unit === '' ? [...desk.roster?.people ?? [], ...desk.roster?.guests ?? []] : (desk.roster?.people ?? []).filter(p => p.unit === Number(unit))
    const fits = shows[show] ?? shows.all
    for (const p of from) {
      if (words.length && !matches(p.folded, words)) continue
      if (show === 'all' && all.length >= this.limit) { this.beyond++; continue }
      const s = standing(p)
      if (fits(s)) all.push({ person: p, key: keyOf(p), name: p.name, sub: [p.office, desk.roster.units[p.unit]].filter(Boolean).join(' · '), s })
    }
    return all
  }

  row(x) {
    const ok = there(x.s), none = x.s.state === 'invited'
    const cut = x.name.lastIndexOf(' ') + 1
    const text = none ? t('mark.present') : stateText(x.s)
    return el('li', { 'data-key': x.key, class: x.strange ? 'strange' : '' },
      el('button', { type: 'button', class: 'who', 'data-do': 'open' }, el('span', { class: 'name' }, x.name.slice(0, cut), el('b', {}, x.name.slice(cut))), el('small', {}, x.sub)),
      el('button', { type: 'button', class: 'st ' + (x.strange ? 'amber' : ok ? 'on' : none ? '' : 'ab'), 'data-do': none ? 'mark' : 'open', 'aria-label': text + ', ' + x.name }, text, x.s.waits && el('i', { 'aria-hidden': 'true' }, ' ↑')))
  }

  render() {
    if (this.for !== desk.roster || !this.show.options.length) this.choices()
    const all = this.shown = this.chosen()
    const had = this.rows.contains(document.activeElement) && [document.activeElement.closest('li').dataset.key, document.activeElement.dataset.do]
    this.rows.replaceChildren(...all.slice(0, this.limit).map(x => this.row(x)))
    if (had) {
      const li = [...this.rows.children].find(li => li.dataset.key === had[0])
      ;(li?.querySelector('.st') ?? this.words).focus({ preventScroll: true })
    }
    const narrowed = this.words.value || this.unit.value || this.show.value !== 'all'
    const empty = !desk.roster || (!desk.roster.people.length && !desk.roster.guests.length) ? 'find.empty' : this.show.value === 'rest' && !this.words.value ? 'find.done' : 'find.none'
    const found = all.length + this.beyond
    this.total.textContent = found ? (narrowed ? t('find.result', number(found)) : '') : t(empty)
    this.foot.replaceChildren(...(found > this.limit ? [button(t('find.more', number(found - this.limit)), () => { this.limit += 4 * PAGE; this.render() }, { class: 'btn' })] : []))
    const rest = this.unit.value === '' ? 0 : this.rest().length
    this.bulk.hidden = !rest
    this.bulk.textContent = t('bulk.open', rest)
  }

  rest() { return (desk.roster?.people ?? []).filter(p => p.unit === Number(this.unit.value) && standing(p).state === 'invited') }

  askBulk() {
    const people = this.rest(), unit = desk.roster.units[Number(this.unit.value)]
    const d = sheet(t('bulk.open', people.length), t('close'), el('p', {}, t('bulk.ask', people.length, unit)),
      button(t('bulk.go', people.length), async () => {
        d.close()
        try { await markAll(people); this.o.say(t('bulk.done', people.length)) } catch { /* the bar says so */ }
      }, { class: 'btn big' }))
  }

  async tap(event) {
    const what = event.target.closest('[data-do]')?.dataset.do, key = event.target.closest('li')?.dataset.key
    const x = key && this.shown.find(x => x.key === key)
    if (!x) return
    if (what === 'open') return openPerson(x, this.o.say)
    const b = event.target.closest('button')
    if (b.disabled) return
    b.disabled = true // until it is on the disk
    try { await mark(x.person, { state: 'present', source: 'list' }); this.o.say(t('mark.done') + ' · ' + x.name) } catch { b.disabled = false }
  }
}
