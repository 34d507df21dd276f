// Check-in at a site: works without a network from the first list on.

import { el, button } from './dom.js'
import { addGuest, afterNote, countHeads, changed, desk, load, refresh, renew, tell, watch } from './desk.js'
import { bars, callChoice, figures } from './bars.js'
import { enrolView } from './enrol.js'
import { List } from './list.js'
import { Scanner } from './scanner.js'
import { exportFile, openAttention, openMore } from './more.js'
import { openGuest, openHeads } from './person.js'
import { begin } from './sync.js'
import { firstRoster } from './device.js'
import { dateOf, lang, switchLang, t } from './text.js'
import { prepare } from './scan.js'

// For tests, which import this script again to see into it.
export { decode, readers } from './scan.js'
export { verify } from './roster.js'
export { Stand } from './stand.js'
export { desk }
export const sendNow = () => sending.now()
export const importAgain = () => firstRoster(desk.device)

const root = document.getElementById('main')
const version = /assets\/([0-9a-f]+)\//.exec(import.meta.url)?.[1] ?? ''
/** @type {{soon: () => void, now: () => Promise<boolean>} | undefined} */
let sending
let page, update

/** Draws once for all changes of a moment. */
let drawing = false
function draw() {
  if (drawing) return
  drawing = true
  queueMicrotask(() => {
    drawing = false
    page?.draw()
  })
}

function deskPage() {
  const net = el('div', { class: 'bars', role: 'status' })
  const big = el('div', { class: 'big' })
  const choice = el('div', {})
  const toast = el('p', { class: 'toast', role: 'status' })
  let hide
  const say = text => {
    toast.textContent = '✓ ' + text
    toast.classList.add('on')
    clearTimeout(hide)
    hide = setTimeout(() => toast.classList.remove('on'), 4000)
  }
  const scanner = new Scanner()
  const list = new List({ say, code: text => scanner.found(text) })
  const fetchList = () => sending.now()
  const title = el('h1', {}), sub = el('p', { class: 'sub' })
  const more = button(t('more.open'), () => openMore({ say, again: () => enrolling(''), fetchList, language, version }), { class: 'btn quiet' })
  const heads = button(t('heads.open'), () => openHeads(countHeads, say))
  root.replaceChildren(
    el('header', { class: 'desk' }, el('div', { class: 'grow' }, title, sub), more),
    el('div', { class: 'columns' },
      el('div', { class: 'left' }, net, choice, big, scanner.element,
        el('div', { class: 'buttons' }, button(t('guest.open'), () => openGuest(addGuest, say)), heads)),
      list.element), toast)
  let netText = ''
  return {
    scanner,
    draw() {
      const said = desk.roster?.said
      title.textContent = said?.site.name ?? t('title')
      sub.textContent = said ? [said.conference.title, dateOf(said.conference.day), said.conference.start].filter(Boolean).join(' · ') : ''
      document.title = title.textContent + ' · ' + t('title')
      heads.hidden = !!said?.site.listed
      const all = bars({ sendNow: () => sending.now(), look: openAttention, save: () => exportFile(say), fetchList, update })
      const text = all.map(b => b.className + b.textContent).join('\n')
      if (text !== netText) { netText = text; net.replaceChildren(...all) }
      const held = choice.contains(document.activeElement)
      choice.replaceChildren(...callChoice())
      if (held) choice.querySelector('[aria-pressed=true]')?.focus()
      big.replaceChildren(...figures())
      list.render()
    },
  }
}

function language() {
  switchLang()
  document.documentElement.lang = lang()
  if (page) { page.scanner.close(); page = deskPage() }
  draw()
}

function enrolling(code) {
  page?.scanner.close()
  page = undefined
  document.title = t('enrol.title')
  const back = desk.device && (() => { page = deskPage(); draw() })
  root.replaceChildren(enrolView(code, async (device, list) => {
    await refresh(true)
    tell('device')
    if (list?.key) desk.unfit = list.key
    opened()
  }, back), el('p', { class: 'foot' }, button(t('language'), () => { switchLang(); document.documentElement.lang = lang(); enrolling(code) }, { class: 'btn quiet' })))
}

/** Shows the desk and begins to send. */
function opened() {
  page = deskPage()
  changed()
  prepare()
  navigator.storage?.persist?.().catch(() => {})
  if (sending) return void sending.now()
  sending = begin({
    current: () => desk.device,
    roster: () => desk.roster,
    renewed: renew,
    changed: facts => facts ? refresh().then(() => tell('facts')) : draw(),
  })
  afterNote(sending.soon)
}

/** Keeps the page in the browser, and looks for newer ones. */
async function worker() {
  const kept = await navigator.serviceWorker.register('/checkin/sw.js', { scope: '/checkin/', updateViaCache: 'none' })
  const offer = () => {
    if (!kept.waiting || !navigator.serviceWorker.controller) return
    update = () => kept.waiting?.postMessage('take over')
    draw()
  }
  let reload = !!navigator.serviceWorker.controller // the first worker needs no other page
  navigator.serviceWorker.addEventListener('controllerchange', () => { if (reload) location.reload(); reload = true })
  kept.addEventListener('updatefound', () => kept.installing?.addEventListener('statechange', offer))
  offer()
  const look = () => { if (navigator.onLine) kept.update().catch(() => {}) }
  addEventListener('online', look)
  setInterval(look, 30 * 60_000)
}

function sorry(key) {
  root.replaceChildren(el('div', { class: 'narrow' }, el('h1', {}, t('title')), el('p', { class: 'note late', role: 'alert' }, t(key))))
}

async function start() {
  document.documentElement.lang = lang()
  if (!isSecureContext || !crypto.subtle) return sorry('insecure')
  watch(draw)
  try {
    await load()
  } catch (err) {
    console.error(err)
    return sorry('broken_store')
  }
  addEventListener('online', draw)
  addEventListener('offline', draw)
  setInterval(draw, 60_000) // the roll call of the time, the bars
  const code = /^#enrol=([0-9A-Za-z]+)$/.exec(location.hash)?.[1]
  addEventListener('hashchange', () => { const c = /^#enrol=([0-9A-Za-z]+)$/.exec(location.hash)?.[1]; if (c) enrolling(c) })
  if (code || !desk.device) enrolling(code ?? '')
  else opened()
  document.documentElement.dataset.ready = 'yes'
}

if ('serviceWorker' in navigator) worker().then(() => {}, err => console.error(err))
start()
