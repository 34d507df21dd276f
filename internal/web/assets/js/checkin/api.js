// What goes over the network. Whatever is not an answer of the server in the agreed
// form (a portal of a hotel, a proxy, half an answer) counts as no network.

import { measured } from './clock.js'

/** What the server answered that is not success. */
export class Refused extends Error {
  /** @param {number} status @param {{error?: string, message?: string, message_en?: string, revoked?: boolean}} body */
  constructor(status, body, after = 0) {
    super(`${status} ${body?.error ?? ''}`)
    this.status = status
    this.body = body ?? {}
    this.after = after
  }
}

/** There is no server, or nothing that speaks like it. */
export class Away extends Error {}

async function zipped(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Response(stream).arrayBuffer()
}

/**
 * Asks the server.
 * @param {string} path under /checkin/api/
 * @param {{token?: string, body?: any, etag?: string}} [o]
 * @returns {Promise<Response>} of status 200 or 304
 */
export async function ask(path, o = {}) {
  const headers = { Accept: 'application/json' }
  if (o.token) headers.Authorization = 'Bearer ' + o.token
  if (o.etag) headers['If-None-Match'] = o.etag
  let body
  if (o.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    body = JSON.stringify(o.body)
    if (body.length > 1000 && 'CompressionStream' in globalThis) {
      body = await zipped(body)
      headers['Content-Encoding'] = 'gzip'
    }
  }
  let answer
  try {
    answer = await fetch('/checkin/api/' + path, { method: body === undefined ? 'GET' : 'POST', headers, body, cache: 'no-store', credentials: 'omit', redirect: 'error', signal: AbortSignal.timeout(30_000) })
  } catch (err) {
    throw new Away(String(err))
  }
  if (answer.ok || answer.status === 304) return answer
  let said
  try { said = await answer.json() } catch { throw new Away(`status ${answer.status} without words`) }
  throw new Refused(answer.status, said, Number(answer.headers.get('Retry-After')) || 0)
}

/** Asks for JSON, and measures the clock by its `now`. */
export async function askJSON(path, o) {
  const asked = Date.now(), begun = performance.now()
  const answer = await ask(path, o)
  let said
  try { said = await answer.json() } catch (err) { throw new Away(String(err)) }
  await measured(said.now, asked, asked + (performance.now() - begun))
  return said
}
