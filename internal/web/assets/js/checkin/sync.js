// Sending by itself. One tab at a time sends; whatever is answered, nothing is erased.

import { read, write } from './store.js'
import { answered, countWaiting, outward, waiting } from './facts.js'
import { askJSON, Away, Refused } from './api.js'
import { dropRoster, fetchRoster, Unfit } from './roster.js'
import { now } from './clock.js'

const BATCH = 500
const FIRST = 2_000, LAST = 5 * 60_000

/** The devices that this browser was ever enrolled as. */
export const devices = () => read('device', s => s.getAll())

/** @type {{failed: '' | 'away' | 'refused' | 'revoked', said: object, at: number, busy: boolean}} */
export const status = { failed: '', said: {}, at: 0, busy: false }

let changed = facts => {}
let renewed = () => {}
let timer, wait = FIRST

/**
 * Sends all that waits of one device.
 * @returns {Promise<string | undefined>} the etag of today's list, if the server said it
 */
async function send(device) {
  let size = BATCH, etag
  const aside = new Set() // facts that the server did not answer; they go on waiting without holding up the others
  for (;;) {
    const all = (await waiting(device.device, size + aside.size)).filter(f => !aside.has(f.id)).sort((a, b) => a.seq - b.seq).slice(0, size)
    if (!all.length) return etag
    let said
    try {
      said = await askJSON('facts', { token: device.token, body: { sent: Date.now(), waiting: Math.max(0, await countWaiting() - all.length), facts: all.map(outward) } })
    } catch (err) {
      const unreadable = err instanceof Refused && (err.status === 413 || err.status === 422 || err.status === 400)
      if (!unreadable) throw err
      if (all.length > 1) { size = Math.max(1, Math.floor(all.length / 2)); continue }
      aside.add(all[0].id)
      status.said = err.body
      continue
    }
    if (!Array.isArray(said.answers)) throw new Away('no answers')
    await answered(said.answers.filter(a => all.some(f => f.id === a[0])))
    const got = new Set(said.answers.map(a => a[0]))
    for (const f of all) if (!got.has(f.id)) aside.add(f.id)
    etag = said.roster || etag
    if (said.closed !== undefined && said.closed !== device.closed) {
      device.closed = said.closed
      await keepDevice(device)
    }
    changed(true)
  }
}

const keepDevice = d => write(['device'], s => { s.device.put(d) })

/** Forgets the list of a device that the server gives none any more. By the clock of the telephone alone nothing is forgotten. */
async function forget(d, current) {
  await dropRoster(d)
  if (d === current) renewed(undefined)
}

/** The list of a device if there is a newer one; there is none once the conference is over. */
async function listOf(d, etag) {
  try {
    return await fetchRoster(d, etag, now())
  } catch (err) {
    if (!(err instanceof Refused && err.status === 409)) throw err
    d.closed = true
    await keepDevice(d)
    if (err.body.error === 'device.error.over') await forget(d, d)
    return undefined
  }
}

// After a time without a network others may have noted people: the list is asked for,
// whatever the answer to the facts says of it.
let stale = false

/** @param {object} current the device in use @param {() => object | undefined} roster the list in memory */
async function round(current, roster, force) {
  const others = (await devices()).filter(d => d.device !== current?.device)
  for (const d of [current, ...others]) {
    if (!d || (d.revoked && !force)) continue
    try {
      const etag = await send(d)
      if (d === current && (stale || etag === undefined || etag !== roster()?.etag)) {
        const fresh = await listOf(d, roster()?.etag)
        if (fresh) renewed(fresh)
        stale = false
      }
      if (d !== current) await dropRoster(d) // nobody goes back to it
      if (d.revoked) { d.revoked = false; await keepDevice(d) }
    } catch (err) {
      if (err instanceof Refused && err.status === 401 && err.body.revoked) {
        d.revoked = true
        await keepDevice(d)
        await forget(d, current)
        if (d !== current) continue
      }
      throw err
    }
  }
}

/**
 * Sends now, unless another tab does.
 * @returns {Promise<boolean>} whether all went well
 */
async function run(current, roster, force) {
  if (status.busy) return false
  if (!force && status.failed === 'away' && Date.now() - noted < QUIET && ++put < MOST_PUT_OFF) {
    clearTimeout(timer)
    timer = setTimeout(() => run(current, roster), QUIET)
    return false
  }
  put = 0
  status.busy = true
  changed()
  let after = 0
  try {
    const done = await navigator.locks.request('checkin-sync', { ifAvailable: true }, async lock => {
      if (!lock) return false
      await round(current(), roster, force)
      return true
    })
    if (done) { status.failed = ''; status.said = {}; status.at = Date.now(); wait = FIRST }
    return done
  } catch (err) {
    if (err instanceof Refused) {
      status.failed = err.status === 401 && err.body.revoked ? 'revoked' : 'refused'
      status.said = err.body
      after = err.after * 1000
    } else if (err instanceof Unfit) {
      status.failed = 'refused'
      status.said = { key: err.key }
    } else {
      status.failed = 'away'
      if (!(err instanceof Away)) console.error(err)
    }
    wait = Math.max(after, Math.min(LAST, wait * 2))
    return false
  } finally {
    status.busy = false
    changed()
    plan(current, roster)
  }
}

// Without a network a try reads what waits, and the next tick would wait for that: it is
// put off while people are checked in one after another, though not for ever.
const QUIET = 1500
const MOST_PUT_OFF = 20
let noted = 0
let put = 0

/** The next try: soon after a failure, else every few minutes for a newer list. */
function plan(current, roster) {
  clearTimeout(timer)
  const pause = status.failed ? wait * (0.75 + Math.random() / 2) : LAST
  timer = setTimeout(() => run(current, roster), pause)
}

/**
 * Begins to send whenever it may help.
 * @param {{current: () => object | undefined, roster: () => object | undefined, changed: (facts?: boolean) => void, renewed: (roster: object) => void}} o
 * @returns {{soon: () => void, now: () => Promise<boolean>}} soon is called after every check-in
 */
export function begin(o) {
  changed = o.changed
  renewed = o.renewed
  const go = force => run(o.current, o.roster, force)
  addEventListener('online', () => { wait = FIRST; stale = true; noted = 0; go() })
  document.addEventListener('visibilitychange', () => { if (!document.hidden) go() })
  let pending
  const soon = () => {
    noted = Date.now()
    if (pending || (status.failed && navigator.onLine && wait > FIRST * 4)) return // the timer comes anyway
    if (!navigator.onLine) return
    pending = setTimeout(async () => {
      pending = undefined
      if (status.busy) return soon()
      await go()
    }, 400)
  }
  go()
  return { soon, now: () => { wait = FIRST; return go(true) } }
}
