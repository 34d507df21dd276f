// The light markup of a text, *italic*, **bold** and ***both***, as the server reads it
// (package prose).

const space = /\s/

// count says how many asterisks stand from i on.
const count = (chars, i) => { let n = 0; while (chars[i + n] === '*') n++; return n }

function closing(chars, from, n) {
  if (from >= chars.length || space.test(chars[from]) || chars[from] === ')') return -1
  for (let i = from; i < chars.length;) {
    const k = count(chars, i)
    if (k === 0) { i++; continue }
    if (k >= n && i > from && !space.test(chars[i - 1]) && chars[i - 1] !== '(') return i
    i += k
  }
  return -1
}

// spans cuts a text into pieces of one style.
export function spans(text) {
  const chars = [...text]
  const out = []
  const add = (from, to, n) => { if (to > from) out.push({ text: chars.slice(from, to).join(''), bold: n >= 2, italic: n === 1 || n === 3 }) }
  let plain = 0
  for (let i = 0; i < chars.length;) {
    const n = count(chars, i)
    if (n === 0) { i++; continue }
    const end = closing(chars, i + n, n)
    if (n > 3 || end < 0) { i += n; continue }
    add(plain, i, 0)
    add(i + n, end, n)
    i = plain = end + n
  }
  add(plain, chars.length, 0)
  return out
}

const plainOf = text => spans(text).map(s => s.text).join('')

function marked(all) {
  let out = ''
  for (const s of all) {
    const stars = '*'.repeat((s.bold ? 2 : 0) + (s.italic ? 1 : 0))
    const inner = s.text.trim()
    if (!stars || !inner) { out += s.text; continue }
    const at = s.text.indexOf(inner)
    out += s.text.slice(0, at) + stars + inner + stars + s.text.slice(at + inner.length)
  }
  return out
}

// mark writes pieces as a text; an asterisk that would be read as a mark is U+2217.
export function mark(all) {
  const words = all.map(s => s.text).join('')
  let text = marked(all)
  if (plainOf(text) === words) return text
  const safe = all.map(s => ({ ...s, text: s.text.replaceAll('*', '∗') }))
  text = marked(safe)
  const plain = safe.map(s => s.text).join('')
  return plainOf(text) === plain ? text : plain
}
