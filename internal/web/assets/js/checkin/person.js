// What can be noted of one person.

import { button, el, field, select, sheet } from './dom.js'
import { desk, mark, standing, standingOf, takeBack } from './desk.js'
import { clockOf, t } from './text.js'

const REASONS = ['duty', 'study', 'travel', 'leave', 'other']

/** How somebody stands, in words and a time. */
export function stateText(s) {
  if (s.state === 'invited') return t('state.invited')
  const there = s.state === 'present' || s.state === 'online'
  const left = s.out ? ' · ' + (s.outFact ? t('state.out', clockOf(s.outFact.at + s.outFact.offset)) : t('state.out_listed')) : ''
  if (!there) return t('state.' + s.state) + left
  const when = s.at ? clockOf(s.at) : t('state.' + s.state)
  return '✓ ' + when + (s.at && s.state === 'online' ? ' · ' + t('state.online') : '') + left
}

function undo(fact, label, done) {
  const why = el('input', { '.value': t('mark.mistake'), maxlength: 200, required: true })
  return el('form', { class: 'undo', onsubmit: async event => {
    event.preventDefault()
    try { await takeBack(fact, why.value.trim() || t('mark.mistake')); done(t('mark.undone')) } catch { done('') }
  } }, field(t('mark.why'), why), el('button', { class: 'btn' }, label))
}

/**
 * Opens the sheet of a person, or of a guest or code that is on no list.
 * @param {{person?: import('./roster.js').Person, key: string, name: string, sub: string}} who
 * @param {(text: string) => void} say
 */
export function openPerson(who, say) {
  const s = who.person ? standing(who.person) : standingOf(who.key)
  const done = text => { d.close(); if (text) say(text + ' · ' + who.name) }
  const note = what => async () => {
    try { await mark(who.person, { source: 'hand', ...what }); done(t('mark.done')) } catch { done('') }
  }
  const parts = [el('p', { class: 'hint' }, who.sub), el('p', { class: 'strong' }, stateText(s))]
  const there = s.state === 'present' || s.state === 'online'
  if (who.person) {
    const reason = select(REASONS.map(r => [r, t('reason.' + r)]), 'duty')
    const marks = el('div', { class: 'marks' },
      !there && button(t('mark.present'), note({ state: 'present' }), { class: 'btn main' }),
      !there && button(t('mark.online'), note({ state: 'online' })),
      there && !s.out && button(t('mark.out'), note({ state: 'out' }), { class: 'btn main' }),
      !there && s.state !== 'absent' && button(t('mark.absent'), note({ state: 'absent' })),
      !there && s.state !== 'exempt' && button(t('mark.exempt'), note({ state: 'exempt' })))
    parts.push(marks)
    if (!there) parts.push(el('form', { class: 'undo', onsubmit: e => { e.preventDefault(); note({ state: 'excused', reason: reason.value })() } },
      field(t('mark.reason'), reason), el('button', { class: 'btn' }, t('mark.excused'))))
  }
  if (s.outFact) parts.push(undo(s.outFact, t('mark.undo_out'), done))
  if (s.fact) parts.push(undo(s.fact, t('mark.undo'), done))
  else if (there) parts.push(el('p', { class: 'hint' }, t('mark.elsewhere')))
  const d = sheet(who.name, t('close'), ...parts)
}

/** Asks for a guest who is on no list. */
export function openGuest(add, say) {
  const name = el('input', { maxlength: 100, autocomplete: 'off', autofocus: true }), org = el('input', { maxlength: 200, autocomplete: 'off' })
  const wrong = el('p', { class: 'note late', role: 'alert', hidden: true }, t('guest.need'))
  const form = el('form', { onsubmit: async event => {
    event.preventDefault()
    const text = name.value.trim()
    wrong.hidden = !!text
    if (!text) return name.focus()
    try { await add(text, org.value.trim()); say(t('mark.done') + ' · ' + text) } catch { /* the bar says so */ }
    d.close()
  } }, field(t('guest.name'), name), field(t('guest.org'), org), wrong, el('button', { class: 'btn big' }, t('guest.save')))
  const d = sheet(t('guest.open'), t('close'), form)
}

/** Asks how many are in the room. */
export function openHeads(countHeads, say) {
  const n = el('input', { type: 'number', inputmode: 'numeric', min: 0, max: 100000, step: 1, autofocus: true })
  const wrong = el('p', { class: 'note late', role: 'alert', hidden: true }, t('heads.need'))
  const form = el('form', { novalidate: true, onsubmit: async event => {
    event.preventDefault()
    const v = Number(n.value)
    const good = n.value !== '' && Number.isInteger(v) && v >= 0 && v <= 100_000
    wrong.hidden = good
    if (!good) return n.focus()
    try { await countHeads(v); say(t('mark.done')) } catch { /* the bar says so */ }
    d.close()
  } }, field(t('heads.n'), n), wrong, el('button', { class: 'btn big' }, t('mark.save')))
  const d = sheet(t('heads.open'), t('close'), form)
}

/** Who a fact is about, in words. */
export function nameOf(f) {
  const p = f.member && desk.roster?.byKey.get(f.member)
  return p?.name ?? f.guest?.name ?? (f.code ? t('scan.code', f.code.slice(-6)) : f.member ?? (f.state === 'heads' ? t('heads.open') : f.ref ? t('mark.undo') : ''))
}
