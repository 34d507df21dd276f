// The page on which a unit types its return: what is typed is checked at once and
// kept, first in this browser and then in the draft on the server, and the page says
// where it is. Everything here works without a network; what the server says counts.

// number reads a figure as people type it, "1.234,5" or "−3"; in units of the last
// decimal. null is empty, undefined is no number.
export function number(text, decimals) {
  let s = text.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (s === '') return null
  const negative = /^[-−]/.test(s)
  if (negative) s = s.slice(1).trim()
  let whole = s, part = ''
  if (decimals > 0) {
    const comma = s.indexOf(','), dot = s.lastIndexOf('.')
    if (comma >= 0) [whole, part] = [s.slice(0, comma), s.slice(comma + 1)]
    else if (dot >= 0 && dot === s.indexOf('.') && s.length - dot - 1 !== 3) [whole, part] = [s.slice(0, dot), s.slice(dot + 1)]
    if (part.length > decimals || /\D/.test(part)) return undefined
  }
  if (/^\d{1,3}([., ]\d{3})+$/.test(whole)) whole = whole.replace(/[., ]/g, '')
  if (!/^\d{1,15}$/.test(whole)) return undefined
  const n = Number(whole + part.padEnd(decimals, '0'))
  if (!Number.isSafeInteger(n)) return undefined
  return negative ? -n : n
}

// written is the figure as it is shown.
export function written(n, decimals) {
  const digits = String(Math.abs(n)).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, '.')
  return (n < 0 ? '-' : '') + whole + (decimals > 0 ? ',' + digits.slice(-decimals) : '')
}

const form = document.querySelector('form[data-fill]')
if (form) begin(form)

function begin(form) {
  const say = form.dataset
  const key = 'fill:' + say.fill
  const fields = [...form.elements].filter(e => e.dataset.field !== undefined)
  const names = [...new Set(fields.map(e => e.name))]
  const status = form.querySelector('[data-fill-state]')

  const get = name => {
    const all = fields.filter(e => e.name === name)
    return all[0].type === 'radio' ? all.find(e => e.checked)?.value ?? '' : all[0].value
  }
  const set = (name, value) => {
    for (const e of fields.filter(e => e.name === name)) {
      if (e.type === 'radio') e.checked = e.value === value
      else e.value = value
    }
    check(name)
  }
  const typed = () => Object.fromEntries(names.map(name => [name, get(name)]))

  // Two ways of writing one figure are one value.
  const value = (name, text) => {
    const e = fields.find(e => e.name === name)
    if (e?.dataset.decimals === undefined) return text.trim()
    const n = number(text, Number(e.dataset.decimals))
    return n === undefined ? text.trim() : n === null ? '' : String(n)
  }
  const same = (name, a, b) => value(name, a ?? '') === value(name, b ?? '')

  // What is wrong with a field, and what is only asked.
  function check(name) {
    const e = fields.find(e => e.name === name)
    const box = e.closest('.field')
    if (!box) return
    let wrong = '', ask = ''
    if (e.dataset.decimals !== undefined) {
      const n = number(e.value, Number(e.dataset.decimals))
      if (n === undefined) wrong = say.sayNumber
      else if (n !== null && (n < Number(e.dataset.low) || n > Number(e.dataset.high))) wrong = e.dataset.sayBetween
      else if (n !== null && e.dataset.askLow !== undefined && (n < Number(e.dataset.askLow) || n > Number(e.dataset.askHigh))) ask = e.dataset.ask
      else if (n !== null && e.dataset.nearLow !== undefined && (n < Number(e.dataset.nearLow) || n > Number(e.dataset.nearHigh))) ask = e.dataset.near
    }
    line(box, 'error', name + '-wrong', wrong)
    line(box, 'ask', name + '-ask', ask)
    box.classList.toggle('wrong', wrong !== '')
    if (wrong) e.setAttribute('aria-invalid', 'true')
    else e.removeAttribute('aria-invalid')
  }
  function line(box, kind, id, text) {
    let p = document.getElementById(id)
    if (!text) return p?.remove()
    if (!p) {
      p = document.createElement('p')
      p.id = id
      p.className = kind
      p.setAttribute('role', 'status')
      box.append(p)
    }
    if (p.textContent !== text) p.textContent = text
  }

  // What the server had last, what of it is not there yet, and where it stands.
  let version = Number(say.version)
  let base = JSON.parse(say.stands || '{}')
  let dirty = false, flying = false, timer, others = {}
  let when = say.when // the server's draft was saved

  const keep = () => {
    try {
      if (dirty) localStorage.setItem(key, JSON.stringify({ fields: typed(), base, at: Date.now() }))
      else localStorage.removeItem(key)
      return true
    } catch { return false } // a browser that keeps nothing
  }
  const clock = ms => new Date(ms).toLocaleTimeString('vi-VN', { hour: '2-digit', minute: '2-digit' })
  const tell = (state, text) => {
    status.dataset.fillState = state
    if (status.textContent !== text) status.textContent = text
  }

  // Another clerk has saved something else: what only they changed is taken, what
  // both changed is shown with both values.
  function merge(theirs, who, when) {
    for (const name of names) {
      const mine = get(name), had = base[name] ?? '', their = theirs[name] ?? ''
      if (same(name, their, had) || same(name, their, mine)) continue
      if (same(name, mine, had)) set(name, their)
      else others[name] = { value: their, who, when }
    }
    base = theirs
    showOthers()
  }
  function showOthers() {
    for (const name of names) {
      const box = fields.find(e => e.name === name).closest('.field')
      let part = box?.querySelector('.other')
      const other = others[name]
      if (!box || !other) { part?.remove(); continue }
      if (!part) {
        part = document.createElement('div')
        part.className = 'other'
        part.setAttribute('role', 'alert')
        box.append(part)
      }
      const text = document.createElement('p')
      text.textContent = say.sayOther.replace('{who}', other.who).replace('{when}', other.when).replace('{value}', other.value || say.sayBlank)
      const take = button(say.sayTake.replace('{value}', other.value || say.sayBlank), () => { set(name, other.value); done(name) })
      const mine = button(say.sayMine.replace('{value}', get(name) || say.sayBlank), () => done(name))
      part.replaceChildren(text, take, mine)
    }
  }
  const button = (text, act) => {
    const b = document.createElement('button')
    b.type = 'button'
    b.className = 'btn'
    b.textContent = text
    b.addEventListener('click', act)
    return b
  }
  const done = name => {
    delete others[name]
    showOthers()
    changed()
  }

  async function save() {
    clearTimeout(timer)
    if (flying || !dirty) return
    if (Object.keys(others).length) return tell('other', say.sayOthers)
    flying = true
    const sent = typed()
    const body = new URLSearchParams({ ...sent, version, seen: form.elements.seen?.value ?? 0 })
    let again = 0
    try {
      const answer = await fetch(say.draft, { method: 'POST', body, headers: { Accept: 'application/json' }, redirect: 'error' })
      if (answer.status === 200) {
        const saved = await answer.json()
        version = saved.version
        form.elements.version.value = version
        base = sent
        when = saved.when
        dirty = names.some(name => get(name) !== sent[name])
        keep()
        if (!dirty) tell('server', say.sayServer.replace('{when}', saved.when))
        else again = 1
      } else if (answer.status === 409) {
        const now = await answer.json()
        version = now.version ?? version
        form.elements.version.value = version
        if (now.fields) {
          when = now.when
          merge(now.fields, now.who, when)
          dirty = names.some(name => !same(name, get(name), base[name]))
          keep()
          if (Object.keys(others).length) tell('other', say.sayOthers)
          else if (dirty) again = 1
          else tell('server', say.sayServer.replace('{when}', now.when))
        } else tell('phone', now.message)
      } else {
        tell('phone', answer.status === 401 || answer.status === 403 ? say.sayLogin : say.sayPhone.replace('{when}', clock(Date.now())))
        again = 30_000
      }
    } catch {
      tell('phone', (keep() ? say.sayPhone : say.sayNowhere).replace('{when}', clock(Date.now())))
      again = 10_000
    }
    flying = false
    if (again) timer = setTimeout(save, again)
  }
  function changed() {
    dirty = names.some(name => !same(name, get(name), base[name]))
    const kept = keep()
    if (!dirty) {
      clearTimeout(timer)
      if (when) tell('server', say.sayServer.replace('{when}', when))
      return
    }
    if (!navigator.onLine) tell('phone', (kept ? say.sayPhone : say.sayNowhere).replace('{when}', clock(Date.now())))
    else if (status.dataset.fillState !== 'phone') tell('saving', say.saySaving)
    clearTimeout(timer)
    timer = setTimeout(save, 800)
  }

  form.addEventListener('input', event => {
    const name = event.target.name
    if (!names.includes(name)) return
    check(name)
    changed()
  })
  form.addEventListener('change', event => {
    const e = event.target
    if (e.dataset?.decimals === undefined) return
    const n = number(e.value, Number(e.dataset.decimals))
    if (n !== null && n !== undefined) e.value = written(n, Number(e.dataset.decimals))
  })
  for (const b of form.querySelectorAll('[data-copy-last]')) {
    b.hidden = false
    b.addEventListener('click', () => {
      for (const e of fields) if (e.dataset.last !== undefined && e.value.trim() === '') set(e.name, e.dataset.last)
      changed()
    })
  }
  addEventListener('online', save)
  addEventListener('offline', changed)
  addEventListener('pagehide', keep)
  document.addEventListener('visibilitychange', () => { if (document.hidden) save() })
  // Without a network the page would be lost for one that says so: first it is seen
  // whether the server hears.
  form.addEventListener('submit', async event => {
    keep()
    if (navigator.onLine && status.dataset.fillState !== 'phone') return
    event.preventDefault()
    const button = event.submitter
    dirty = true
    await save()
    if (status.dataset.fillState === 'server') form.requestSubmit(button)
    else if (status.dataset.fillState === 'phone') tell('phone', say.saySend)
  })

  // What this browser kept and the server does not have yet.
  let kept
  try { kept = JSON.parse(localStorage.getItem(key)) } catch { kept = null }
  if (kept?.fields) {
    const stands = say.again === undefined ? base : typed() // a refused page shows what was sent
    base = kept.base ?? {}
    for (const name of names) if (kept.fields[name] !== undefined && say.again === undefined) set(name, kept.fields[name])
    merge(stands, say.who || say.sayServerName, say.when)
    changed()
    if (dirty && navigator.onLine) save()
  }
  for (const name of names) if (get(name)) check(name)
}
