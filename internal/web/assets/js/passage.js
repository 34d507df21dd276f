// Select a passage of a text and comment on it. Without this a paragraph is chosen by
// the link beside it.

const text = document.querySelector('[data-passages]:not([data-passages=""])')
const pick = text?.querySelector('.pick')

// characters counts what stands before a place of a paragraph, as the server counts:
// by characters, not by halves of them.
function characters(block, node, offset) {
  const range = document.createRange()
  range.selectNodeContents(block)
  range.setEnd(node, offset)
  return Array.from(range.toString()).length
}

const blockOf = node => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest('[data-block]')

function selected() {
  const selection = getSelection()
  if (!selection.rangeCount || selection.isCollapsed) return null
  const range = selection.getRangeAt(0)
  const block = blockOf(range.startContainer)
  if (!block || block !== blockOf(range.endContainer)) return null
  const from = characters(block, range.startContainer, range.startOffset)
  const to = characters(block, range.endContainer, range.endOffset)
  return from < to ? { at: block.dataset.block, from, to } : null
}

if (pick) {
  document.addEventListener('selectionchange', () => {
    const passage = selected()
    pick.hidden = !passage
    if (passage) pick.firstElementChild.href = `${text.dataset.passages}?${new URLSearchParams(passage)}#${passage.at}`
  })
}
