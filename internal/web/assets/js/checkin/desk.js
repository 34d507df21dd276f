// The desk: which device, list, roll call and facts are in use, and what can be done.

import { countWaiting, countWaitingOf, factsOf, note, readAnswers } from './facts.js'
import { full, get, put, read } from './store.js'
import { codeIn, hashOf } from './ids.js'
import { compared, loadClock, MUCH, now, offset } from './clock.js'
import { loadRoster, Unfit } from './roster.js'
import { Stand } from './stand.js'
import { current } from './device.js'

/** @typedef {import('./roster.js').Person} Person */

export const desk = {
  /** @type {object | undefined} */ device: undefined,
  /** @type {import('./roster.js').Roster | undefined} */ roster: undefined,
  /** @type {string} why the list on the device is not used */ unfit: '',
  stand: new Stand(),
  /** How many wait that were noted under another enrolment. */
  elsewhere: 0,
  /** How many wait in all. */
  get waiting() { return this.stand.waits.size + this.elsewhere },
  /** @type {'' | 'full' | 'unwritten'} */ trouble: '',
  settings: { sound: true, shake: true },
  /** @type {{n: number, auto: number} | undefined} */ chosen: undefined,
  listeners: new Set(),
}

const others = new BroadcastChannel('checkin')
others.onmessage = e => refresh(e.data === 'device')

/** Has f called when something has changed. */
export const watch = f => desk.listeners.add(f)
export const changed = () => { for (const f of desk.listeners) f() }

/** Reads everything from the store. */
export async function load() {
  await loadClock()
  desk.settings = { ...desk.settings, ...await get('settings') }
  await refresh(true)
}

/** Reads again what another tab or the sending may have changed. */
export async function refresh(device = false) {
  if (device) {
    desk.device = await current()
    desk.roster = undefined
    desk.unfit = ''
    if (desk.device) {
      try { desk.roster = await loadRoster(desk.device, now()) } catch (err) {
        if (!(err instanceof Unfit)) throw err
        desk.unfit = err.key
      }
    }
  } else if (desk.device) {
    desk.device = await read('device', s => s.get(desk.device.device)) ?? desk.device
  }
  const key = desk.device?.device
  const stand = new Stand(key ? await factsOf(key) : [])
  const all = await countWaiting()
  desk.elsewhere = key ? all - await countWaitingOf(key) : all
  // What was noted while this was read is not forgotten.
  for (const f of desk.stand.facts.values()) if (f.device === key && !stand.facts.has(f.id)) stand.add(f)
  desk.stand = stand
  changed()
}

/** Tells the other tabs. */
export const tell = what => others.postMessage(what)

/** A list that has just been fetched, or none if it is to be forgotten. */
export function renew(roster) {
  desk.roster = roster
  desk.unfit = ''
  tell('device')
  changed()
}

/** The roll calls there are. */
export const calls = () => desk.roster?.calls ?? [{ n: 1, name: '', at: '' }]

const EARLY = 30 * 60_000

/** The roll call by the time of day: the last that has begun, or does so in half an hour. */
function autoCall() {
  const day = desk.roster?.said.conference.day
  const begun = calls().filter(c => c.at && day && Date.parse(`${day}T${c.at}:00+07:00`) - EARLY <= now())
  return (begun.at(-1) ?? calls()[0]).n
}

/** The roll call in use: that of the time, unless another was chosen since it began. */
export function call() {
  const auto = autoCall()
  return desk.chosen?.auto === auto ? desk.chosen.n : auto
}

/** Chooses a roll call. */
export function choose(n) {
  desk.chosen = { n, auto: autoCall() }
  changed()
}

/** When the list was made, by the server. */
const made = () => desk.roster?.said.made ?? 0

/** The key by which the facts on somebody are found. @param {Person} p */
export const keyOf = p => (p.guest ? 'guest:' : '') + p.key

/** How somebody on the list stands at the roll call in use. @param {Person} p */
export const standing = p => desk.stand.at(keyOf(p), p, call(), made())

/** How somebody who is on no list stands. @param {string} key */
export const standingOf = key => desk.stand.at(key, undefined, call(), made())

/** Whether the clock is so far off that people are told. */
export const clockWrong = () => compared() && Math.abs(offset()) > MUCH

let soon = () => {}
/** Has f called after every check-in. */
export const afterNote = f => { soon = f }

/**
 * Notes facts; nothing is shown as done before this has resolved.
 * @param {object[]} all
 */
export async function keep(all) {
  let facts
  try {
    facts = await note(desk.device.device, all.map(f => ({ call: call(), ...f })))
  } catch (err) {
    desk.trouble = full(err) ? 'full' : 'unwritten'
    changed()
    throw err
  }
  desk.trouble = ''
  for (const f of facts) desk.stand.add(f)
  tell('facts')
  changed()
  soon()
  return facts
}

/** Whom a fact names. @param {Person} p */
const whom = p => p.guest ? { guest: { id: p.key, name: p.name, org: p.office } } : { member: p.key }

/** Notes how somebody is. @param {Person} p @param {object} what state, source, reason */
export const mark = (p, what) => keep([{ ...whom(p), ...what }])

/** Notes many as present. @param {Person[]} people */
export const markAll = people => {
  const parts = []
  for (let i = 0; i < people.length; i += 2000) parts.push(people.slice(i, i + 2000))
  return parts.reduce((p, part) => p.then(() => keep(part.map(x => ({ ...whom(x), state: 'present', source: 'list' })))), Promise.resolve())
}

/** Takes back a fact. */
export const takeBack = (fact, reason) => keep([{ state: 'void', ref: fact.id, call: fact.call, reason, source: 'hand' }])

/** Notes a guest who was not invited. */
export const addGuest = (name, org) => keep([{ state: 'present', guest: { id: crypto.randomUUID(), name, org }, source: 'hand' }])

/** Notes how many are in the room. */
export const countHeads = n => keep([{ state: 'heads', n, source: 'hand' }])

/** Has the answers of facts no longer shown. */
export async function seen(ids) {
  await readAnswers(ids)
  await refresh()
  tell('facts')
}

/**
 * Takes what was read from a badge.
 * @param {string} text @param {boolean} leaving
 * @returns {Promise<{kind: 'done' | 'already' | 'unknown' | 'forged' | 'left', person?: Person, code?: string, at: number}>}
 */
export async function takeCode(text, leaving) {
  const code = codeIn(text)
  if (!code) return { kind: 'forged', at: 0 }
  const person = desk.roster?.byHash.get(await hashOf(code))
  const at = person ? standing(person) : standingOf('code:' + code)
  const who = person ? whom(person) : { code }
  if (leaving) {
    if (at.out) return { kind: 'left', person, code, at: at.outFact ? at.outFact.at + at.outFact.offset : 0 }
    const [f] = await keep([{ ...who, state: 'out', source: 'qr' }])
    return { kind: 'left', person, code, at: f.at + f.offset }
  }
  if (at.state === 'present' || at.state === 'online') return { kind: person ? 'already' : 'unknown', person, code, at: at.at }
  const [f] = await keep([{ ...who, state: 'present', source: 'qr' }])
  return { kind: person ? 'done' : 'unknown', person, code, at: f.at + f.offset }
}

const there = s => s.state === 'present' || s.state === 'online'

/** Adds one person on the list to figures, or takes one away. */
function tally(c, s, by) {
  if (s.out) c.out += by
  if (there(s)) c.there += by
  else if (s.state === 'invited') c.rest += by
  else c.away += by
}

const nothing = new Stand()
const listedAs = p => nothing.at(keyOf(p), p, call(), made())
let base

/** The figures by the list alone: counted once, since there may be 20,000 on it. */
function baseOf(roster, n) {
  if (base?.roster === roster && base.n === n) return base.c
  const c = { there: 0, listed: roster?.people.length ?? 0, away: 0, rest: 0, out: 0 }
  for (const p of roster?.people ?? []) tally(c, listedAs(p), 1)
  base = { roster, n, c }
  return c
}

/** The figures on top, of the roll call in use. */
export function count() {
  const c = { ...baseOf(desk.roster, call()), guests: 0, strangers: 0, heads: desk.stand.headsAt(call()) }
  for (const key of desk.stand.of.keys()) {
    const p = desk.roster?.byKey.get(key)
    if (p && !p.guest) { tally(c, listedAs(p), -1); tally(c, standing(p), 1) }
    else if (!p && there(standingOf(key))) c[key.startsWith('code:') ? 'strangers' : 'guests']++
  }
  for (const p of desk.roster?.guests ?? []) if (there(standing(p))) c.guests++
  return c
}

/** Keeps a setting. */
export async function set(name, value) {
  desk.settings = { ...desk.settings, [name]: value }
  changed()
  await put('settings', desk.settings)
}
