// The clock of the device against that of the server: what a check-in is off by.

import { get, put } from './store.js'

/** The difference that people are told of, in ms. */
export const MUCH = 5 * 60_000

/** @type {{offset: number, trip: number, at: number} | undefined} */
let known

/** Reads the last measurement. */
export async function loadClock() { known = await get('clock') }

/**
 * Takes a measurement from an answer: the time of the server, when it was asked, when
 * it answered. A better one (a shorter trip) of the last ten minutes stays.
 */
export async function measured(server, asked, answered) {
  if (!Number.isFinite(server) || server <= 0) return
  const now = { offset: Math.round(server - (asked + answered) / 2), trip: answered - asked, at: answered }
  const fresh = known && Math.abs(answered - known.at) < 10 * 60_000 && Math.abs(now.offset - known.offset) < 60_000
  if (fresh && known.trip <= now.trip) return
  known = now
  await put('clock', now)
}

/** Server minus device, in ms; 0 as long as nothing was measured. */
export const offset = () => known?.offset ?? 0

/** Reports whether the clock was ever compared. */
export const compared = () => known !== undefined

/** The time of the server as far as the device knows, in ms. */
export const now = () => Date.now() + offset()
