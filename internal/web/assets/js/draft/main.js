// The editor of a draft: what is typed is saved by itself, what others save meanwhile
// comes in, and what cannot be saved stays on this machine. Without this the page is a
// form with a field for each paragraph.
import { Editor } from '@tiptap/core'
import StarterKit from '@tiptap/starter-kit'
import { Fragment, Slice } from '@tiptap/pm/model'
import { Block, Names, blocksOf, levelOf, newID, nodesOf } from './block.js'

const form = document.querySelector('form[data-draft]')
const path = form.dataset.draft
const tools = document.querySelector('[data-tools]')
const stateLine = document.querySelector('[data-state]')
const refused = document.querySelector('[data-refused]')
const clash = document.querySelector('[data-clash]')
const stands = document.querySelector('[data-stands]')
const kept = `draft ${path} ${form.dataset.login}`
const calm = 1000 // without typing before a save
const longest = 8000 // between a change and its save

// read returns the blocks of the form.
function read() {
  const blocks = []
  for (const e of form.querySelectorAll('[data-block]')) {
    const id = e.dataset.block
    const [kind, level] = e.querySelector(`[name="kind-${id}"]`).value.split(' ')
    const block = { id, kind, level: Number(level ?? 0), text: e.querySelector('textarea').value.trim(), fields: {} }
    for (const field of e.querySelectorAll(`[name^="${id}-"]`)) {
      if (field.value) block.fields[field.name.slice(id.length + 1)] = field.value
    }
    if (block.text || Object.keys(block.fields).length) blocks.push(block)
  }
  return blocks.length ? blocks : [{ id: newID(), kind: 'text', text: '' }]
}

// What the text on the page was made from, as the server knows it.
let n = form.elements.version?.value ?? '0'
let base = form.elements.base.value
let dirty = false, saving = false, timer, oldest, clashing = false

let blocks = read()
let restored = false
try {
  const left = JSON.parse(localStorage.getItem(kept))
  if (left?.blocks?.length && Array.isArray(left.blocks)) [blocks, n, base, restored] = [left.blocks, left.n, left.base, true]
} catch { localStorage.removeItem(kept) }

const place = document.querySelector('[data-editor]')
const editor = new Editor({
  element: place,
  injectCSS: false,
  extensions: [
    StarterKit.configure({
      paragraph: false, heading: false, bulletList: false, orderedList: false, listItem: false, listKeymap: false, blockquote: false, codeBlock: false,
      code: false, hardBreak: false, horizontalRule: false, link: false, strike: false, underline: false, trailingNode: false,
    }),
    Block, Names,
  ],
  editorProps: {
    attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': form.dataset.area, class: 'prose', spellcheck: 'false' },
    handlePaste: paste,
  },
  onUpdate: ({ transaction }) => { if (!transaction.getMeta('theirs')) changed() },
  onTransaction: toolbar,
})
put(blocks)
document.querySelector('[data-plain]').hidden = true
for (const e of document.querySelectorAll('[data-plain] input, [data-plain] select, [data-plain] textarea')) e.disabled = true
form.querySelector('[data-without]').hidden = true
place.hidden = tools.hidden = false
document.documentElement.dataset.editing = 'ready'
toolbar()
if (restored) { changed(); say('restored') }

// put makes blocks the text of the editor, changing as little as can be, so that the
// cursor stays.
function put(blocks) {
  const { state } = editor
  const old = state.doc.content
  const fresh = nodesOf(state.schema, blocks)
  const from = old.findDiffStart(fresh)
  if (from === null) return
  let { a, b } = old.findDiffEnd(fresh)
  const overlap = from - Math.min(a, b)
  if (overlap > 0) { a += overlap; b += overlap }
  const doc = state.schema.nodes.doc.create(null, fresh)
  editor.view.dispatch(state.tr.replace(from, a, doc.slice(from, b)).setMeta('theirs', true).setMeta('addToHistory', false))
}

function say(what, more = '') {
  stateLine.dataset.state = what
  stateLine.textContent = form.dataset[what] + more
}

function keep() {
  try {
    localStorage.setItem(kept, JSON.stringify({ blocks: blocksOf(editor.state.doc), n, base }))
  } catch { /* no room, or not allowed: the server has it a second later */ }
}

function changed() {
  dirty = true
  oldest ??= Date.now()
  say('unsaved')
  clearTimeout(timer)
  timer = setTimeout(save, Math.max(0, Math.min(calm, oldest + longest - Date.now())))
  keep()
}

async function save() {
  if (saving) return
  clearTimeout(timer)
  saving = true
  const sent = blocksOf(editor.state.doc)
  const text = JSON.stringify({ blocks: sent })
  if (dirty) say('saving')
  dirty = false
  oldest = undefined
  const body = new FormData()
  for (const [name, value] of Object.entries({ version: n, base, text })) body.append(name, value)
  let answer, said
  try {
    answer = await fetch(path, { method: 'POST', body, headers: { Accept: 'application/json' }, keepalive: document.hidden && text.length < 30_000 })
    said = await answer.json()
  } catch { /* no connection, or a page in place of an answer */ }
  saving = false
  if (answer?.ok && said) return stored(said, sent)
  dirty = true
  if (said?.aside) { // the server has it, beside the text that stands
    clashing = true
    if (!timerRuns()) localStorage.removeItem(kept)
    dirty = false
    tell(said)
    clash.hidden = false
    return say('unsaved')
  }
  if (said?.text) {
    tell(said)
    return say('unsaved')
  }
  say('offline')
  clearTimeout(timer)
  timer = setTimeout(save, 5000)
}

const timerRuns = () => oldest !== undefined

function tell(said) {
  const rows = Object.entries(said?.fields ?? {}).map(([field, text]) => {
    const at = [...editor.view.dom.children].findIndex(e => e.dataset.id === field.slice(0, 8))
    return `${at + 1}: ${text}`
  })
  refused.textContent = [said?.text, ...rows].join(' ')
  refused.hidden = !said
}

const hashes = base => new Map(base.split(' ').filter(Boolean).map(s => s.split(':')))

// stored takes in what the server says it has now.
function stored(said, sent) {
  tell(null)
  if (clashing) { clashing = false }
  const same = JSON.stringify(blocksOf(editor.state.doc)) === JSON.stringify(sent)
  if (same || !said.blocks) {
    if (same && said.blocks) put(said.blocks)
    n = String(said.n)
    base = said.base
  } else { // typed on meanwhile: only what was taken over as sent is a new beginning
    const theirs = hashes(said.base), mine = hashes(base)
    const now = new Map(said.blocks.map(b => [b.id, JSON.stringify([b.kind, b.level ?? 0, b.text, b.fields ?? {}])]))
    const taken = new Set(sent.filter(b => now.get(b.id) === JSON.stringify([b.kind, b.level ?? 0, b.text, b.fields ?? {}])).map(b => b.id))
    const next = []
    for (const [id, hash] of theirs) {
      if (taken.has(id)) next.push(`${id}:${hash}`)
      else if (mine.has(id)) next.push(`${id}:${mine.get(id)}`)
    }
    base = next.join(' ')
  }
  if (dirty) return keep()
  localStorage.removeItem(kept)
  if (said.blocks && !same) return changed()
  say('saved', ` ${said.at}`)
}

// Others have saved: what they wrote comes in with a save of what is here.
new MutationObserver(() => {
  if (stands.textContent !== n && !saving && !clashing) setTimeout(() => { if (stands.textContent !== n && !saving) save() }, 300)
}).observe(stands, { childList: true, characterData: true, subtree: true })

// What is copied from Word or a page is cleaned by the server.
function paste(view, event) {
  const html = event.clipboardData?.getData('text/html') ?? ''
  if (!html || html.includes('data-pm-slice') || !/<(p|div|h\d|li|table|br)[\s>]/i.test(html)) return false
  const plain = event.clipboardData.getData('text/plain')
  const body = new FormData()
  body.append('html', html)
  fetch('/drafts/pasted', { method: 'POST', body }).then(async answer => {
    const said = await answer.json()
    if (!answer.ok) return tell(said)
    insert(said.blocks ?? [])
  }).catch(() => insert(plain.split(/\n+/).filter(line => line.trim()).map(text => ({ id: newID(), kind: 'text', text }))))
  return true
}

function insert(blocks) {
  if (!blocks.length) return
  const { state, view } = editor
  const nodes = nodesOf(state.schema, blocks)
  const { $from } = state.selection
  if (nodes.childCount > 1 && $from.depth > 0 && $from.parent.content.size === 0) {
    return view.dispatch(state.tr.replaceWith($from.before(), $from.after(), nodes).scrollIntoView())
  }
  view.dispatch(state.tr.replaceSelection(new Slice(Fragment.from(nodes), 1, 1)).scrollIntoView())
}

// The tools.
function toolbar() {
  if (!place.isConnected || tools.hidden) return
  const { attrs } = editor?.state.selection.$from.parent ?? {}
  const kind = tools.querySelector('[data-kind]')
  if (attrs?.kind && document.activeElement !== kind) kind.value = attrs.level ? `${attrs.kind} ${attrs.level}` : attrs.kind
  for (const b of tools.querySelectorAll('[data-mark]')) b.setAttribute('aria-pressed', String(editor.isActive(b.dataset.mark)))
}
tools.querySelector('[data-kind]').addEventListener('change', event => {
  const [kind, level] = event.target.value.split(' ')
  editor.chain().updateAttributes('block', { kind, level: levelOf(kind, Number(level ?? 0)) }).focus().run()
})
tools.addEventListener('click', event => {
  const button = event.target.closest('button')
  if (button?.dataset.mark) editor.chain().focus().toggleMark(button.dataset.mark).run()
  if (button?.dataset.do === 'undo') editor.chain().focus().undo().run()
  if (button?.dataset.do === 'redo') editor.chain().focus().redo().run()
  if (button?.dataset.do === 'up') move(-1)
  if (button?.dataset.do === 'down') move(1)
})

// move swaps the paragraph of the cursor with the one before or after it.
function move(by) {
  const { state, view } = editor
  const { $from } = state.selection
  const at = $from.index(0)
  const other = at + by
  if (other < 0 || other >= state.doc.childCount) return
  const [first, second] = [Math.min(at, other), Math.max(at, other)]
  let pos = 0
  for (let i = 0; i < first; i++) pos += state.doc.child(i).nodeSize
  const a = state.doc.child(first), b = state.doc.child(second)
  const tr = state.tr.replaceWith(pos, pos + a.nodeSize + b.nodeSize, [b, a])
  const start = by < 0 ? pos : pos + b.nodeSize
  tr.setSelection(state.selection.constructor.create(tr.doc, start + 1 + Math.min($from.parentOffset, state.doc.child(at).content.size)))
  view.dispatch(tr.scrollIntoView())
  view.focus()
}

// The button sends the page as a form, with the text of the editor.
form.addEventListener('submit', () => {
  clearTimeout(timer)
  const text = form.elements.text
  text.disabled = false
  text.value = JSON.stringify({ blocks: blocksOf(editor.state.doc) })
  form.elements.base.value = base
  let version = form.elements.version
  if (!version) {
    version = form.appendChild(Object.assign(document.createElement('input'), { type: 'hidden', name: 'version' }))
  }
  version.value = n
  localStorage.removeItem(kept)
})
clash.addEventListener('click', async event => {
  if (!dirty) return
  event.preventDefault()
  await save()
  location.href = clash.href
})

// Who writes is told to the others.
const here = gone => {
  const body = new FormData()
  if (gone) body.append('gone', '1')
  if (gone) navigator.sendBeacon(`${path}/presence`, body)
  else fetch(`${path}/presence`, { method: 'POST', body }).catch(() => {})
}
here()
setInterval(() => { if (!document.hidden) here() }, 30_000)
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) return here()
  if (dirty) save()
})
addEventListener('pagehide', () => here(true))
