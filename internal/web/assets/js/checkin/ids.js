// Ids of facts, and codes on badges.

const hex = bytes => Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('')

/** A UUID of version 7: sorted by the clock of the device. */
export function uuid7(now = Date.now()) {
  const b = crypto.getRandomValues(new Uint8Array(16))
  for (let i = 5, t = now; i >= 0; i--, t = Math.floor(t / 256)) b[i] = t % 256
  b[6] = (b[6] & 15) | 112
  b[8] = (b[8] & 63) | 128
  return hex(b).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}

/**
 * The code in what was read from a badge: its last 26 letters, alone or at the end of
 * an address. "" if there is none.
 * @param {string} text
 */
export function codeIn(text) {
  return /(?<![0-9A-Z])([0-9A-HJKMNP-TV-Z]{26})$/.exec(text.trim().toUpperCase())?.[1] ?? ''
}

/** What the list knows a code by: the first 16 digits of its SHA-256. */
export async function hashOf(code) {
  const sum = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code))
  return hex(new Uint8Array(sum, 0, 8))
}

/** Bytes from base64. */
export const fromBase64 = text => Uint8Array.from(atob(text), c => c.charCodeAt(0))

/** Base64 of bytes. */
export const toBase64 = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
