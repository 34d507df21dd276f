// What the device keeps, in one IndexedDB. A fact is written with strict durability:
// the promise is kept only when it has reached the disk.

const NAME = 'checkin'
let opening

/** Opens the store once; a failure is tried again at the next call. */
function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1)
    asked.onupgradeneeded = () => {
      const d = asked.result
      d.createObjectStore('device', { keyPath: 'device' }) // what this device was enrolled as
      d.createObjectStore('roster') // by device: the bytes as signed, and the signature
      d.createObjectStore('kv') // small things: which device is in use, clock, number of the last fact
      const facts = d.createObjectStore('fact', { keyPath: 'id' })
      facts.createIndex('device', 'device')
      facts.createIndex('waits', 'waits') // only facts that wait have it: the device they are sent as
    }
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close()
      asked.result.onclose = () => { opening = undefined }
      resolve(asked.result)
    }
    asked.onerror = () => reject(asked.error)
  }).catch(err => { opening = undefined; throw err })
  return opening
}

/**
 * Writes in one transaction; resolves with what f returned once all of it is on the disk.
 * @param {string[]} names
 * @param {(stores: Record<string, IDBObjectStore>) => any} f
 */
export async function write(names, f) {
  const d = await open()
  return new Promise((resolve, reject) => {
    const t = d.transaction(names, 'readwrite', { durability: 'strict' })
    let out
    t.oncomplete = () => resolve(out)
    t.onabort = t.onerror = () => reject(t.error ?? new DOMException('aborted', 'AbortError'))
    try {
      out = f(Object.fromEntries(names.map(n => [n, t.objectStore(n)])))
    } catch (err) {
      try { t.abort() } catch { /* already gone */ }
      reject(err)
    }
  })
}

/**
 * Reads with one request.
 * @param {string} name
 * @param {(store: IDBObjectStore) => IDBRequest} f
 */
export async function read(name, f) {
  const d = await open()
  return new Promise((resolve, reject) => {
    const r = f(d.transaction(name).objectStore(name))
    r.onsuccess = () => resolve(r.result)
    r.onerror = () => reject(r.error)
  })
}

/** Reads a small thing. */
export const get = key => read('kv', s => s.get(key))

/** Keeps a small thing. */
export const put = (key, value) => write(['kv'], s => { s.kv.put(value, key) })

/** Reports whether an error says that the disk or the browser's share of it is full. */
export const full = err => err?.name === 'QuotaExceededError' || err?.inner?.name === 'QuotaExceededError'
