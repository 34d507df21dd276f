// What this device is: enrolled by a code that the page of a site shows.

import { get, read, write } from './store.js'
import { askJSON } from './api.js'
import { fetchRoster } from './roster.js'
import { now } from './clock.js'

/** The device in use, undefined before the first code. */
export async function current() {
  const key = await get('device')
  return key && read('device', s => s.get(key))
}

/**
 * Enrols with a code and fetches the list. What was noted under an earlier enrolment
 * stays and is still sent.
 */
export async function enrol(code, name) {
  const said = await askJSON('enrol', { body: { code: code.trim().toUpperCase(), name } })
  const { device, token, conference, site, public_key, expires } = said
  const d = { device, token, conference, site, public_key, expires, name }
  await askJSON('time').catch(() => {}) // the clock, before the first check-in
  await write(['device', 'kv'], s => { s.device.put(d); s.kv.put(device, 'device') })
  return d
}

/** Fetches the list of a device for the first time. */
export const firstRoster = d => fetchRoster(d, undefined, now())

/** A name for this device that a person knows again. */
export function suggestedName() {
  const agent = navigator.userAgent
  const kind = /iPhone|iPad|Android|Windows|Mac OS|CrOS|Linux/.exec(agent)?.[0] ?? 'Web'
  return kind.replace('Mac OS', 'Mac') + (/Mobile/.test(agent) ? ' · điện thoại' : ' · máy tính')
}
