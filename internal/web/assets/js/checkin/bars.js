// What stands on top: network and trouble in plain words, and the figures.

import { button, el } from './dom.js'
import { call, calls, choose, clockWrong, count, desk } from './desk.js'
import { offset } from './clock.js'
import { status } from './sync.js'
import { checkins, clockOf, lang, lengthOf, number, t } from './text.js'

const bar = (kind, sign, text, ...more) => el('div', { class: 'net ' + kind }, el('span', { 'aria-hidden': 'true' }, sign), el('span', { class: 'grow' }, text), ...more)

const said = () => (lang() === 'en' ? status.said.message_en : status.said.message) || (status.said.key ? t(status.said.key) : t('net.refused_plain'))

/** How the network stands, in one bar. */
function network(sendNow, save) {
  const n = desk.waiting, words = checkins(n)
  if (desk.device.revoked) return bar('late', '■', n ? t('net.revoked', words) : t('net.revoked_none'), button(t('more.export'), save, { class: 'btn small' }))
  if (status.busy && n) return bar('soon', '↑', t('net.sending', words))
  if (status.failed === 'refused') return bar('late', '■', t('net.refused', said(), words), button(t('net.retry'), sendNow, { class: 'btn small' }))
  if (!navigator.onLine || status.failed === 'away') return bar('soon', '●', n ? t('net.away', words) : t('net.away_none'), button(t('net.retry'), sendNow, { class: 'btn small' }))
  if (n) return bar('soon', '↑', t('net.waits', words), button(t('net.retry'), sendNow, { class: 'btn small' }))
  if (status.at && desk.stand.facts.size) return bar('done', '✓', t('net.done', clockOf(status.at)))
  return bar('plain', '○', t('net.quiet'))
}

/** All bars. @param {{sendNow: () => void, look: () => void, save: () => void, fetchList: () => void, update?: () => void}} o */
export function bars(o) {
  const all = []
  if (desk.trouble) all.push(bar('late strong', '✕', t('net.' + desk.trouble)))
  all.push(network(o.sendNow, o.save))
  if (!desk.device.revoked && (desk.unfit || !desk.roster)) all.push(bar('late', '■', t(desk.unfit || 'roster.none'), button(t('roster.fetch'), o.fetchList, { class: 'btn small' })))
  const look = desk.stand.attention().length
  if (look) all.push(bar('soon', '!', t('more.attention', look), button(t('look.title'), o.look, { class: 'btn small' })))
  if (clockWrong()) all.push(bar('soon', '!', t('net.clock', t(offset() < 0 ? 'net.fast' : 'net.slow'), lengthOf(Math.abs(offset())))))
  if (desk.device.closed) all.push(bar('plain', '○', t('net.closed')))
  if (o.update) all.push(bar('plain', '○', t('net.update'), button(t('net.update_go'), o.update, { class: 'btn small' })))
  return all
}

const box = (n, text, of, kind = '') => el('div', { class: kind }, el('b', {}, n, of && el('small', {}, of)), el('span', {}, text))

/** The figures of the roll call in use. */
export function figures() {
  const c = count()
  const listed = c.listed > 0
  const all = [box(number(c.there), t('count.there'), listed && ' ' + t('count.of', number(c.listed)), 'main')]
  if (listed) all.push(box(number(c.away), t('count.excused')), box(number(c.rest), t('count.rest')))
  if (c.guests || !listed) all.push(box(number(c.guests), t('count.guests')))
  if (c.strangers) all.push(box(number(c.strangers), t('count.strangers')))
  if (c.heads) all.push(box(number(c.heads.n), t('heads.open') + ' ' + clockOf(c.heads.at + c.heads.offset)))
  if (desk.roster?.said.checkout) all.push(box(number(c.out), t('count.out')))
  return all
}

/** The name of a roll call. */
export const callName = c => (c.name || t('call.n', c.n)) + (c.at ? ' · ' + c.at : '')

/** The choice of the roll call, where there are several. */
export function callChoice() {
  const all = calls(), now = call()
  if (all.length < 2) return []
  return [el('fieldset', { class: 'calls' }, el('legend', { class: 'hidden' }, t('call')), ...all.map(c =>
    el('button', { type: 'button', class: 'btn chip', 'aria-pressed': String(c.n === now), onclick: () => choose(c.n) }, callName(c))))]
}
