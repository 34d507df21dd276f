// What was noted on this device. Facts are only added: a mistake is taken back by
// another fact, and an answer of the server is written beside, never instead.

import { read, write } from './store.js'
import { uuid7 } from './ids.js'
import { offset } from './clock.js'

/**
 * @typedef {object} Fact
 * @property {string} id
 * @property {string} device
 * @property {number} seq
 * @property {number} at in ms by the clock of the device
 * @property {number} offset
 * @property {number} call
 * @property {string} state
 * @property {string} [member] @property {string} [code] @property {{id: string, name: string, org: string}} [guest]
 * @property {string} source
 * @property {string} [reason] @property {string} [ref] @property {number} [n]
 * @property {string} [waits] the device it waits to be sent as
 * @property {string} [answer] @property {object} [first] @property {number} [answered] what the server said
 * @property {boolean} [seen] the person at the device has taken note of the answer
 */

/** The fields that go over the network. */
const SENT = ['at', 'call', 'code', 'guest', 'id', 'member', 'n', 'offset', 'reason', 'ref', 'seq', 'source', 'state']

/** A fact as the server reads it. @param {Fact} f */
export const outward = f => Object.fromEntries(SENT.filter(k => f[k] !== undefined).map(k => [k, f[k]]))

/**
 * Notes facts, all or none; when this resolves they are on the disk.
 * @param {string} device
 * @param {Partial<Fact>[]} all
 * @returns {Promise<Fact[]>}
 */
export function note(device, all) {
  const at = Date.now(), off = offset()
  return write(['fact', 'kv'], s => {
    const made = all.map(f => ({ id: uuid7(at), device, at, offset: off, source: 'hand', ...f, waits: device }))
    const key = 'seq:' + device
    s.kv.get(key).onsuccess = e => {
      let seq = e.target.result ?? 0
      for (const f of made) { f.seq = ++seq; s.fact.add(f) }
      s.kv.put(seq, key)
    }
    return made
  })
}

/** All that was noted as a device. @returns {Promise<Fact[]>} */
export const factsOf = device => read('fact', s => s.index('device').getAll(device))

/** The oldest facts that wait. @returns {Promise<Fact[]>} */
export const waiting = (device, limit) => read('fact', s => s.index('waits').getAll(device, limit))

/** How many wait, of all that this browser was ever enrolled as. @returns {Promise<number>} */
export const countWaiting = () => read('fact', s => s.index('waits').count())

/** How many wait that were noted as one device. @returns {Promise<number>} */
export const countWaitingOf = device => read('fact', s => s.index('waits').count(device))

/**
 * Writes down what the server answered. A fact without an answer goes on waiting.
 * @param {[string, string, object?][]} answers
 */
export function answered(answers) {
  const now = Date.now()
  return write(['fact'], s => {
    for (const [id, answer, first] of answers) {
      s.fact.get(id).onsuccess = e => {
        const f = e.target.result
        if (!f || !answer) return
        delete f.waits
        s.fact.put({ ...f, answer, first, answered: now })
      }
    }
  })
}

/** Notes that somebody has read the answers. */
export const readAnswers = ids => write(['fact'], s => {
  for (const id of ids) s.fact.get(id).onsuccess = e => { if (e.target.result) s.fact.put({ ...e.target.result, seen: true }) }
})
