// What is needed seldom: answers to look at, the file, settings, what this device is.

import { button, el, sheet } from './dom.js'
import { desk, seen, set } from './desk.js'
import { offset } from './clock.js'
import { exported, handOver } from './export.js'
import { checkins, clockOf, dayOf, t } from './text.js'
import { nameOf } from './person.js'

/** Opens the facts whose answer somebody has to look at. */
export function openAttention() {
  const all = desk.stand.attention()
  const row = f => el('li', {}, el('div', {}, el('b', {}, nameOf(f)), el('small', {}, clockOf(f.at + f.offset) + ' · ' + t(f.state === 'void' ? 'mark.undo' : f.state === 'out' ? 'mark.out' : f.state === 'heads' ? 'heads.open' : 'state.' + f.state)),
    el('p', {}, t('answer.' + f.answer)), f.first && el('p', { class: 'hint' }, t('look.first', f.first.site, clockOf(f.first.at)))),
  button(t('look.read'), async e => {
    const li = e.target.closest('li')
    await seen([f.id])
    li.remove()
  }, { 'aria-label': t('look.read') + ', ' + nameOf(f) }))
  sheet(t('look.title'), t('close'), all.length ? el('ul', { class: 'looks' }, ...all.map(row)) : el('p', {}, t('look.none')))
}

/** Makes the file and hands it over. */
export async function exportFile(say) {
  const file = await exported(desk.device, desk.roster?.said.conference.day)
  const how = await handOver(file)
  if (how !== 'left') say(t('more.exported', checkins(desk.stand.facts.size)))
}

/** Asks the browser to keep what is here, and says how it stands. */
async function storage() {
  const s = navigator.storage
  const kept = await s?.persisted?.() || await s?.persist?.() || false
  const used = (await s?.estimate?.())?.usage ?? 0
  return t('more.store', (used / 1e6).toFixed(1), t(kept ? 'more.kept' : 'more.loose'))
}

const check = (name, text) => {
  const input = el('input', { type: 'checkbox', '.checked': desk.settings[name], onchange: () => set(name, input.checked) })
  return el('label', { class: 'check' }, input, text)
}

/** @param {{say: (text: string) => void, again: () => void, fetchList: () => void, language: () => void, version: string}} o */
export function openMore(o) {
  const said = desk.roster?.said
  const store = el('p', { class: 'hint' })
  storage().then(text => { store.textContent = text }, () => {})
  const d = sheet(t('more.open'), t('close'),
    el('div', { class: 'marks' },
      button(t('more.attention', desk.stand.attention().length), () => { d.close(); openAttention() }),
      button(t('more.export'), () => exportFile(o.say).then(() => d.close())),
      button(t('roster.fetch'), () => { d.close(); o.fetchList() }),
      button(t('enrol.again'), () => { d.close(); o.again() }),
      button(t('language'), () => { d.close(); o.language() })),
    check('sound', t('more.sound')), check('shake', t('more.shake')), store,
    said && el('p', { class: 'hint' }, t('more.list', dayOf(said.made), dayOf(said.expires))),
    el('p', { class: 'hint' }, t('more.device', desk.device.name || '–', desk.device.device)),
    el('p', { class: 'hint' }, t('more.clock', Math.round(offset() / 1000))),
    el('p', { class: 'hint' }, t('more.version', o.version)))
}
