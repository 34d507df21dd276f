// Reading of codes from pictures. The reader built into the browser comes first (fast,
// where there is one), then zxing, then a small reader that needs no WebAssembly.

import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import decodeQR from 'qr/decode.js'

/** Where the WebAssembly of zxing stands: beside this script, so that it is kept with it. */
const wasm = new URL('zxing_reader.wasm', import.meta.url).href

let ready
/** Loads zxing, before the first picture comes. */
export function prepare() {
  ready ??= prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true }).then(() => true, () => false)
  return ready
}

const OPTIONS = { formats: ['QRCode'], maxNumberOfSymbols: 1, tryHarder: true, tryRotate: true, tryInvert: false, tryDownscale: true }

let native
async function byBrowser(image) {
  if (native === undefined) {
    native = null
    try {
      if ((await globalThis.BarcodeDetector?.getSupportedFormats())?.includes('qr_code')) native = new BarcodeDetector({ formats: ['qr_code'] })
    } catch { /* there is none */ }
  }
  try { return (await native?.detect(image))?.[0]?.rawValue || null } catch { return null }
}

async function byZxing(image, options) {
  if (!await prepare()) return null
  try { return (await readBarcodes(image, { ...OPTIONS, ...options })).find(r => r.isValid)?.text || null } catch { return null }
}

function byScript(image) {
  try { return decodeQR(image) || null } catch { return null }
}

/** The readers in their order, by name; each takes ImageData and returns text or null. */
export const readers = {
  native: byBrowser,
  zxing: image => byZxing(image, { binarizer: 'LocalAverage' }),
  global: image => byZxing(image, { binarizer: 'GlobalHistogram' }),
  qr: byScript,
}

const FAST = 2 // the readers that find nearly all, for pictures that follow each other

/**
 * Reads the code in a picture.
 * @param {ImageData} image
 * @param {(reader: string) => void} [by] is told which reader found it
 * @param {boolean} [fast] asks only the readers that find nearly all
 * @returns {Promise<string | null>}
 */
export async function decode(image, by, fast) {
  for (const [name, reader] of Object.entries(readers).slice(0, fast ? FAST : undefined)) {
    const text = await reader(image)
    if (text) { by?.(name); return text }
  }
  return null
}
