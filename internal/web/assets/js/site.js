// Small help on top of pages that work without it.
import './live.js'
import './fill.js'
import './passage.js'

// A list that sends its form when another choice is made; its button is not needed then.
for (const form of document.querySelectorAll('form[data-auto]')) {
  form.querySelector('[data-without]')?.setAttribute('hidden', '')
  form.addEventListener('change', () => form.requestSubmit())
}

// A form is sent once: a second click on the way does nothing.
document.addEventListener('submit', event => {
  const form = event.target
  if (event.defaultPrevented || form.method === 'dialog' || form.method === 'get') return
  if (form.dataset.sent) return event.preventDefault()
  form.dataset.sent = 'yes'
  form.setAttribute('aria-busy', 'true')
})
addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(form => {
  delete form.dataset.sent
  form.removeAttribute('aria-busy')
}))

// What was typed is not lost by leaving: the browser asks first.
for (const form of document.querySelectorAll('form[data-keep]')) {
  let changed = false
  form.addEventListener('input', () => { changed = true })
  form.addEventListener('submit', () => { changed = false })
  addEventListener('beforeunload', event => { if (changed) event.preventDefault() })
}

// What went wrong is read first.
document.querySelector('[data-focus]')?.focus()

// Copy the text of an area.
for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const area = document.getElementById(button.dataset.copy)
    area.select()
    await navigator.clipboard.writeText(area.value)
    button.textContent = button.dataset.copied
  })
}

// Mark every row of a roll call.
for (const button of document.querySelectorAll('[data-mark-all]')) {
  button.hidden = false
  button.addEventListener('click', () => {
    for (const radio of document.querySelectorAll(`input[type=radio][value="${button.dataset.markAll}"]`)) {
      const row = radio.closest('[data-row]')
      if (row && !row.hidden && !row.querySelector('input[type=radio]:checked:not([value=invited])')) radio.checked = true
    }
    document.querySelector('form[data-keep]')?.dispatchEvent(new Event('input'))
  })
}

// Narrow a list to the rows that hold what is typed, with or without marks.
const fold = text => text.normalize('NFD').replace(/\p{Mn}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase()
for (const input of document.querySelectorAll('[data-narrow]')) {
  input.closest('[hidden]')?.removeAttribute('hidden')
  input.addEventListener('input', () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean)
    for (const row of document.querySelectorAll('[data-row]')) {
      const text = fold(row.dataset.row)
      row.hidden = !words.every(word => text.includes(word))
    }
  })
}

// Long work: ask again until it is done.
const working = document.querySelector('[data-poll]')
if (working) {
  const ask = async () => {
    const answer = await fetch(working.dataset.poll, { headers: { Accept: 'text/html' } })
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const next = page.querySelector('[data-poll]')
    if (!next) return location.reload()
    working.replaceChildren(...next.childNodes)
    setTimeout(ask, 1000)
  }
  setTimeout(ask, 1000)
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => print())
}

// Time left, counted down by the seconds that the server has said: a clock that is set
// wrong does not matter. When it is over, what is chosen is sent.
for (const timer of document.querySelectorAll('[data-left]')) {
  const end = performance.now() + timer.dataset.left * 1000
  const tick = () => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000))
    timer.textContent = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}` : timer.dataset.over
    if (left > 0) return setTimeout(tick, 1000)
    const last = document.querySelector('form [name=go][value]')
    if (timer.dataset.left > 0 && last) { last.value = 'end'; last.form.requestSubmit(last) }
  }
  tick()
}

// Numbers of a paper list are noted key by key: arrows step, V, X and P write the
// number with its letter into the field beside.
for (const step of document.querySelectorAll('[data-marks]')) {
  const field = document.getElementById(step.dataset.marks)
  step.addEventListener('keydown', (e) => {
    const n = Math.max(1, parseInt(step.value, 10) || 1)
    const key = e.key.toLowerCase()
    if (e.key === 'Enter') e.preventDefault()
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault()
      step.value = Math.max(1, n + (e.key === 'ArrowDown' ? 1 : -1))
    } else if (!e.ctrlKey && !e.metaKey && !e.altKey && 'vxp'.includes(key)) {
      e.preventDefault()
      const said = field.value.trim().replace(/[,;]$/, '')
      field.value = (said ? said + ', ' : '') + n + (key === 'v' ? '' : ' ' + key)
      field.dispatchEvent(new Event('input', { bubbles: true }))
      step.value = n + 1
    }
  })
}
