// The page before there is a device: type the code, or come with it in the address.

import { button, el, field } from './dom.js'
import { enrol, firstRoster, suggestedName } from './device.js'
import { Refused } from './api.js'
import { full } from './store.js'
import { lang, t } from './text.js'

/**
 * @param {string} code that came with the address
 * @param {(device: object, list: any) => void} done list is the roster, or the error of fetching it
 * @param {(() => void) | undefined} back where there is a device already
 */
export function enrolView(code, done, back) {
  const input = el('input', { class: 'code', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: 8, required: true, '.value': code })
  const name = el('input', { autocomplete: 'off', maxlength: 60, '.value': suggestedName() })
  const said = el('p', { role: 'alert', class: 'note late', hidden: true })
  const go = el('button', { class: 'btn big' }, t('enrol.go'))
  const form = el('form', { class: 'card' }, field(t('enrol.code'), input), field(t('enrol.name'), name), said, go,
    back && button(t('cancel'), back, { class: 'btn quiet' }))
  const fail = text => { said.textContent = text; said.hidden = false; go.disabled = false; go.textContent = t('enrol.go') }
  form.addEventListener('submit', async event => {
    event.preventDefault()
    if (go.disabled) return
    said.hidden = true
    go.disabled = true
    go.textContent = t('enrol.busy')
    try {
      const device = await enrol(input.value, name.value)
      let list
      try { list = await firstRoster(device) } catch (err) { list = err }
      history.replaceState(null, '', location.pathname)
      done(device, list)
    } catch (err) {
      if (err instanceof Refused) fail((lang() === 'en' ? err.body.message_en : err.body.message) || t('enrol.refused'))
      else fail(t(full(err) ? 'net.full' : 'enrol.away'))
    }
  })
  if (code) queueMicrotask(() => form.requestSubmit())
  return el('div', { class: 'narrow' }, el('h1', {}, t('enrol.title')), el('p', { class: 'lead' }, t('enrol.lead')), form)
}
