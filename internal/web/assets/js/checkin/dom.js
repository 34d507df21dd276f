// Elements without a framework.

/**
 * Makes an element: attributes, on… listeners, properties that start with a dot, children.
 * @param {string} tag @param {Record<string, any>} [props] @param {...(Node | string | number | null | undefined | false)} children
 */
export function el(tag, props = {}, ...children) {
  const e = document.createElement(tag)
  for (const [k, v] of Object.entries(props)) {
    if (v === undefined || v === null || v === false) continue
    if (k.startsWith('on')) e.addEventListener(k.slice(2), v)
    else if (k.startsWith('.')) e[k.slice(1)] = v
    else e.setAttribute(k, v === true ? '' : v)
  }
  e.append(...children.filter(c => c !== null && c !== undefined && c !== false).map(c => typeof c === 'number' ? String(c) : c))
  return e
}

/** A button that is not of a form. */
export const button = (text, onclick, props = {}) => el('button', { type: 'button', class: 'btn', onclick, ...props }, text)

let fields = 0
/** A field under its label. */
export function field(label, input, hint) {
  input.id ||= 'f' + ++fields
  return el('p', { class: 'field' }, el('label', { for: input.id }, label), input, hint)
}

/** A list to choose from: pairs of value and text. */
export const select = (pairs, value, props = {}) => el('select', props, ...pairs.map(([v, text]) => el('option', { value: v, selected: String(v) === String(value) }, text)))

/**
 * Opens a sheet over the page and closes it for good when it is left.
 * @returns {HTMLDialogElement}
 */
export function sheet(title, closeText, ...children) {
  const id = 'f' + ++fields
  const d = el('dialog', { class: 'sheet', 'aria-labelledby': id },
    el('div', { class: 'sheet-head' }, el('h2', { id }, title), button(closeText, () => d.close(), { class: 'btn quiet' })), ...children)
  d.addEventListener('close', () => d.remove())
  d.addEventListener('click', e => { if (e.target === d) d.close() })
  document.body.append(d)
  d.showModal()
  return d
}
