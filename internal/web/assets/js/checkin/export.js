// A file with all that was noted, for a site that never gets a network: the clerk
// carries it, signed, to a computer that has one.

import { factsOf, outward } from './facts.js'
import { toBase64 } from './ids.js'

/**
 * Makes the file. The mac is over the bytes of the facts as they stand in it.
 * @returns {Promise<File>}
 */
export async function exported(device, day) {
  const facts = JSON.stringify((await factsOf(device.device)).sort((a, b) => a.seq - b.seq).map(outward))
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(device.token), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const mac = toBase64(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(facts)))
  const head = JSON.stringify({ format: 'nhipcau-checkin-1', device: device.device, conference: device.conference, site: device.site, made: Date.now() })
  const text = head.slice(0, -1) + ',"facts":' + facts + ',"mac":' + JSON.stringify(mac) + '}'
  return new File([text], `diem-danh-diem-cau-${device.site}-${day || 'ngay'}-${device.device}.json`, { type: 'application/json' })
}

/**
 * Hands the file over: to another program where the telephone can, else as a download.
 * @returns {Promise<'shared' | 'saved' | 'left'>}
 */
export async function handOver(file) {
  if (navigator.canShare?.({ files: [file] }) && /Mobile|Android|iPhone/.test(navigator.userAgent)) {
    try {
      await navigator.share({ files: [file], title: file.name })
      return 'shared'
    } catch (err) {
      if (err.name === 'AbortError') return 'left'
    }
  }
  const a = document.createElement('a')
  a.href = URL.createObjectURL(file)
  a.download = file.name
  a.click()
  setTimeout(() => URL.revokeObjectURL(a.href), 60_000)
  return 'saved'
}
