// A block of a text in the editor: a paragraph of some kind, with its own id, and with
// fields where it is a goal, a task or a target.
import { Extension, Node } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import { Fragment } from '@tiptap/pm/model'
import { mark, spans } from './text.js'

const letters = 'abcdefghijklmnopqrstuvwxyz'
export const newID = () => [...crypto.getRandomValues(new Uint8Array(8))].map(n => letters[n % 26]).join('')

// levelOf is the level that a kind has, at least.
export const levelOf = (kind, level) => kind === 'heading' ? Math.min(Math.max(level, 1), 4) : kind === 'item' ? Math.min(Math.max(level, 1), 3) : 0

const template = kind => document.querySelector(`template[data-fields="${kind}"]`)

// view shows a block: its words, and its fields beneath, which are not part of the words.
function view({ node, getPos, editor }) {
  const dom = document.createElement('div')
  const contentDOM = dom.appendChild(document.createElement('p'))
  let panel, label, kind
  const show = node => {
    const { attrs } = node
    dom.className = `block k-${attrs.kind} l${attrs.level}`
    dom.dataset.id = attrs.id ?? ''
    if (kind !== attrs.kind) {
      kind = attrs.kind
      panel?.remove()
      label?.remove()
      panel = label = undefined
      if (template(kind)) {
        panel = dom.appendChild(document.createElement('div'))
        panel.className = 'fields'
        panel.contentEditable = 'false'
        panel.append(template(kind).content.cloneNode(true))
        label = dom.insertBefore(document.createElement('span'), contentDOM)
        label.className = 'kind'
        label.contentEditable = 'false'
        label.textContent = document.querySelector(`[data-kind] option[value="${kind}"]`)?.textContent ?? ''
      }
    }
    for (const field of panel?.querySelectorAll('[data-field]') ?? []) {
      if (field !== document.activeElement) field.value = written(field.dataset.field, attrs.fields?.[field.dataset.field] ?? '')
    }
  }
  dom.addEventListener('input', event => {
    const name = event.target.dataset?.field
    if (!name || !panel?.contains(event.target)) return
    const pos = getPos()
    const now = editor.state.doc.nodeAt(pos)
    const fields = { ...now.attrs.fields, [name]: event.target.value }
    if (!event.target.value.trim()) delete fields[name]
    editor.view.dispatch(editor.state.tr.setNodeMarkup(pos, null, { ...now.attrs, fields }))
  })
  show(node)
  return {
    dom, contentDOM,
    update: next => next.type.name === 'block' && (show(next), true),
    stopEvent: event => Boolean(panel?.contains(event.target)),
    ignoreMutation: m => m.type !== 'selection' && !contentDOM.contains(m.target),
  }
}

// written is a day as people write it.
const written = (name, value) => name === 'day' ? value.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$3/$2/$1') : value

const fresh = attrs => ({ id: newID(), kind: attrs.kind === 'heading' ? 'text' : attrs.kind, level: attrs.kind === 'item' ? attrs.level : 0, fields: {} })

export const Block = Node.create({
  name: 'block',
  group: 'block',
  content: 'inline*',
  addAttributes: () => ({
    id: { default: null, keepOnSplit: false }, kind: { default: 'text' }, level: { default: 0 }, fields: { default: {}, keepOnSplit: false },
  }),
  parseHTML: () => [
    { tag: 'div[data-kind]', getAttrs: e => ({ kind: e.dataset.kind, level: levelOf(e.dataset.kind, Number(e.dataset.level)), fields: JSON.parse(e.dataset.fields || '{}') }) },
    ...[1, 2, 3, 4].map(level => ({ tag: `h${level}`, attrs: { kind: 'heading', level } })),
    { tag: 'li', attrs: { kind: 'item', level: 1 } },
    { tag: 'p' },
  ],
  renderHTML: ({ node }) => ['div', { 'data-kind': node.attrs.kind, 'data-level': node.attrs.level, 'data-fields': JSON.stringify(node.attrs.fields) }, 0],
  addNodeView: () => view,
  addKeyboardShortcuts() {
    const plain = () => {
      const { $from, empty } = this.editor.state.selection
      const { attrs } = $from.parent
      if (!empty || $from.parent.type.name !== 'block' || attrs.kind === 'text') return false
      return this.editor.commands.updateAttributes('block', { kind: 'text', level: 0, fields: attrs.fields.carries ? { carries: attrs.fields.carries } : {} })
    }
    return {
      Enter: () => this.editor.state.selection.$from.parent.content.size === 0 && plain(),
      Backspace: () => {
        const { $from } = this.editor.state.selection
        return $from.parentOffset === 0 && ['heading', 'item'].includes($from.parent.attrs.kind) && plain()
      },
    }
  },
})

// Names gives every block an id of its own: of two with the same one, which comes of
// cutting a paragraph, the one with the words keeps it.
export const Names = Extension.create({
  name: 'names',
  addProseMirrorPlugins: () => [new Plugin({
    appendTransaction(transactions, _, state) {
      if (!transactions.some(t => t.docChanged)) return null
      const tr = state.tr
      const seen = new Map()
      state.doc.forEach((node, pos) => {
        const { id } = node.attrs
        if (!id) return tr.setNodeMarkup(pos, null, fresh(node.attrs))
        if (!seen.has(id)) return seen.set(id, { node, pos })
        const first = seen.get(id)
        const [from, at] = first.node.content.size === 0 ? [first.node, first.pos] : [node, pos]
        tr.setNodeMarkup(at, null, fresh(from.attrs))
        if (at === first.pos) seen.set(id, { node, pos })
      })
      return tr.docChanged ? tr : null
    },
  })],
})

// blocksOf writes the document as the server keeps it.
export function blocksOf(doc) {
  const out = []
  doc.forEach(node => {
    const { id, kind, level, fields } = node.attrs
    const pieces = []
    node.forEach(n => {
      const has = name => n.marks.some(m => m.type.name === name)
      const s = { text: n.text ?? ' ', bold: has('bold'), italic: has('italic') }
      const last = pieces.at(-1)
      if (last && last.bold === s.bold && last.italic === s.italic) last.text += s.text
      else pieces.push(s)
    })
    const block = { id, kind, text: mark(pieces).replace(/\s+/g, ' ').trim().normalize() }
    if (level) block.level = level
    if (Object.keys(fields ?? {}).length) block.fields = fields
    out.push(block)
  })
  return out
}

// nodesOf makes the nodes of blocks.
export function nodesOf(schema, blocks) {
  const marks = s => [...(s.bold ? [schema.marks.bold.create()] : []), ...(s.italic ? [schema.marks.italic.create()] : [])]
  return Fragment.fromArray(blocks.map(b => schema.nodes.block.create(
    { id: b.id, kind: b.kind, level: b.level ?? 0, fields: b.fields ?? {} },
    spans(b.text).map(s => schema.text(s.text, marks(s))),
  )))
}
