// Pages that stand open show what happens: the server sends it, and nothing is asked
// again. A page without this shows the same when it is loaded anew.

const root = document.querySelector('[data-live]')
const silence = 40_000 // the server says the time every 15 seconds

// what is the value at a path like "topic.text", undefined if the state says nothing of it.
const what = (state, path) => path.split('.').reduce((at, key) => at === null ? null : at?.[key], state)

// A page of a site knows of announcements that are not for all.
let newest = Number(root?.dataset.said ?? 0)

function show(state) {
  if ('said' in state) {
    if ((state.said?.n ?? 0) < newest) delete state.said
    else newest = state.said?.n ?? 0
  }
  const told = path => path.split('.')[0] in state
  for (const e of document.querySelectorAll('[data-say]')) {
    if (e.dataset.say && told(e.dataset.say)) e.textContent = what(state, e.dataset.say) ?? ''
  }
  for (const e of document.querySelectorAll('[data-when]')) {
    if (told(e.dataset.when)) e.hidden = !what(state, e.dataset.when)
  }
  for (const e of document.querySelectorAll('[data-unless]')) {
    if (told(e.dataset.unless)) e.hidden = Boolean(what(state, e.dataset.unless))
  }
  for (const e of document.querySelectorAll('[data-bar]')) {
    if (told(e.dataset.bar)) e.querySelector('.done')?.setAttribute('width', 10 * what(state, e.dataset.bar))
  }
}

// The clock goes by the server's time, and on where the connection is lost.
let ahead = 0
function clock() {
  const face = document.querySelector('[data-clock]')
  if (!face) return
  ahead = Number(face.dataset.clock) - Date.now()
  const tick = () => {
    const text = new Date(Date.now() + ahead + 7 * 3600e3).toISOString().slice(11, 19)
    if (face.textContent !== text) face.textContent = text
  }
  tick()
  setInterval(tick, 250)
}

// Parts of the page that need more than a figure are loaded anew, unless somebody is
// typing in them. Many pages do it one after another, not all at once.
let refreshing
function refresh() {
  const parts = [...document.querySelectorAll('[data-part]')]
  if (!parts.length || refreshing) return
  refreshing = setTimeout(async () => {
    refreshing = undefined
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null)
    if (!answer?.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const part of parts) {
      const next = page.getElementById(part.id)
      const typed = [...part.querySelectorAll('input, textarea, select')].some(e => e.value !== (e.defaultValue ?? e.value))
      if (next && !typed && !part.querySelector('details[open]')) part.replaceChildren(...next.childNodes)
    }
  }, Math.random() * Number(root.dataset.spread ?? 3000))
}

function follow() {
  let source, last, heard, lost = false
  const url = new URL(root.dataset.live, location.href)
  const say = now => {
    if (now === lost) return
    lost = now
    for (const e of document.querySelectorAll('[data-lost]')) e.hidden = !lost
    root.classList.toggle('lost', lost)
    if (!lost) refresh() // what was on the way when it was lost
  }
  const open = () => {
    source?.close()
    heard = Date.now()
    if (last) url.searchParams.set('after', last)
    source = new EventSource(url)
    const on = (kind, f) => source.addEventListener(kind, event => {
      heard = Date.now()
      say(false)
      if (event.lastEventId) last = event.lastEventId
      f(event.data)
    })
    on('time', data => { ahead = Number(data) - Date.now() })
    on('state', data => show(JSON.parse(data)))
    on('said', data => {
      const { n, text } = JSON.parse(data)
      show({ said: { n, text, at: new Date(Date.now() + ahead + 7 * 3600e3).toISOString().slice(11, 16) } })
      refresh()
    })
    for (const kind of ['topic', 'hand', 'question']) on(kind, refresh)
    on('reload', refresh)
    source.onerror = () => say(true)
  }
  open()
  // A browser gives up where it is refused, and does not notice a line that is dead.
  setInterval(() => {
    if (document.hidden) return
    if (source.readyState === EventSource.CLOSED || Date.now() - heard > silence) {
      say(true)
      open()
    }
  }, 5000)
  // A page that nobody sees holds no connection: a browser has few.
  document.addEventListener('visibilitychange', () => document.hidden ? source.close() : open())
  addEventListener('pagehide', () => source.close())
}

clock()
if (root && 'EventSource' in window) follow()
