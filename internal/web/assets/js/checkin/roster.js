// The list of one site: fetched, verified, kept as the bytes that were signed, and
// verified again whenever it is read.

import { read, write } from './store.js'
import { fromBase64 } from './ids.js'
import { fold, matches } from './fold.js'
import { ask, Away } from './api.js'

/** A list that is not used, with the sentence that says why: a key of text.js. */
export class Unfit extends Error {
  constructor(key) { super(key); this.key = key }
}

/**
 * Reads a list and refuses one that is tampered with, foreign or expired.
 * @param {{device: string, conference: string, site: number, public_key: string}} device
 * @param {ArrayBuffer} bytes @param {string} signature in base64
 * @param {number} now in ms
 */
export async function verify(device, bytes, signature, now) {
  let good = false
  try {
    const key = await crypto.subtle.importKey('raw', fromBase64(device.public_key), 'Ed25519', false, ['verify'])
    good = await crypto.subtle.verify('Ed25519', key, fromBase64(signature), bytes)
  } catch (err) {
    if (err.name === 'NotSupportedError') throw new Unfit('roster.unsupported')
  }
  if (!good) throw new Unfit('roster.tampered')
  const said = JSON.parse(new TextDecoder().decode(bytes))
  if (said.v !== 1) throw new Unfit('roster.version')
  if (said.device !== device.device || said.conference.id !== device.conference || said.site.n !== device.site) throw new Unfit('roster.foreign')
  if (said.expires <= now) throw new Unfit('roster.expired')
  return new Roster(said)
}

/** Somebody on the list, a member of the organisation or a guest who was invited. */
/** @typedef {{key: string, name: string, office: string, unit: number, hash: string, state: string, calls: number, out: boolean, guest: boolean, folded: string}} Person */

/** A list in memory. */
export class Roster {
  constructor(said) {
    this.said = said
    this.units = said.units ?? []
    const folded = this.units.map(fold)
    /** @type {Person[]} */
    this.people = (said.people ?? []).map(([key, name, unit, office, hash, state, calls, out]) =>
      ({ key, name, unit, office: office ?? '', hash, state: state || 'invited', calls: calls || 0, out: !!out, guest: false, folded: fold(name) + ' ' + fold(office ?? '') + ' ' + (folded[unit] ?? '') + ' ' + fold(key) }))
    /** @type {Person[]} */
    this.guests = (said.guests ?? []).map(([id, name, org, hash, calls, out]) =>
      ({ key: String(id), name, unit: -1, office: org ?? '', hash, state: 'invited', calls: calls || 0, out: !!out, guest: true, folded: fold(name) + ' ' + fold(org ?? '') }))
    this.byHash = new Map()
    this.byKey = new Map()
    for (const p of this.people) { this.byHash.set(p.hash, p); this.byKey.set(p.key, p) }
    for (const p of this.guests) { if (p.hash) this.byHash.set(p.hash, p); this.byKey.set('guest:' + p.key, p) }
    this.calls = said.calls?.length ? said.calls : [{ n: 1, name: '', at: '' }]
  }

  /** Whom a typed text may mean, members before guests. */
  find(text) {
    const words = fold(text).split(/\s+/).filter(Boolean)
    const all = p => matches(p.folded, words)
    return [...this.people.filter(all), ...this.guests.filter(all)]
  }
}

/** Reads the list the device keeps; undefined if it has none. */
export async function loadRoster(device, now) {
  const kept = await read('roster', s => s.get(device.device))
  if (!kept) return undefined
  const roster = await verify(device, kept.bytes, kept.signature, now)
  roster.etag = kept.etag
  return roster
}

/** Forgets the list of a device: the names on it are no longer for this telephone. What was noted stays. */
export const dropRoster = device => write(['roster'], s => { s.roster.delete(device.device) })

/**
 * Fetches the list if there is a newer one, and keeps it only if it is fit.
 * @returns {Promise<Roster | undefined>} undefined if the one here is the newest
 */
export async function fetchRoster(device, etag, now) {
  const answer = await ask('roster', { token: device.token, etag })
  if (answer.status === 304) return undefined
  let bytes
  try { bytes = await answer.arrayBuffer() } catch (err) { throw new Away(String(err)) }
  const signature = answer.headers.get('X-Signature') ?? ''
  const roster = await verify(device, bytes, signature, now)
  roster.etag = answer.headers.get('ETag') ?? ''
  await write(['roster'], s => { s.roster.put({ bytes, signature, etag: roster.etag }, device.device) })
  return roster
}
