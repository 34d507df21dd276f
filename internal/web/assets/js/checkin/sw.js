// Keeps the page for when there is no network. The server writes the version and the
// files into this text, so that a new bundle is a new worker.

const VERSION = '__VERSION__'
const FILES = '__FILES__'.split(' ')
const CACHE = 'checkin-' + VERSION

addEventListener('install', event => {
  event.waitUntil(caches.open(CACHE).then(c => c.addAll(FILES.map(f => new Request(f, { cache: 'reload' })))))
})

addEventListener('activate', event => {
  event.waitUntil(caches.keys().then(names => Promise.all(names.filter(n => n.startsWith('checkin-') && n !== CACHE).map(n => caches.delete(n)))).then(() => clients.claim()))
})

// The old page goes on until somebody asks for the new one.
addEventListener('message', event => { if (event.data === 'take over') skipWaiting() })

addEventListener('fetch', event => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith('/checkin/api/')) return
  const name = event.request.mode === 'navigate' && url.pathname === '/checkin/' ? '/checkin/' : event.request
  event.respondWith(caches.open(CACHE).then(c => c.match(name)).then(kept => kept ?? fetch(event.request)))
})
