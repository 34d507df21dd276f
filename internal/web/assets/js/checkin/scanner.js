// The camera on the page, and what came of each code, big enough for both sides of the
// table.

import { button, el } from './dom.js'
import { Camera, decodeFile } from './camera.js'
import { desk, takeCode } from './desk.js'
import { clockOf, t } from './text.js'

let sounds
/** A short tone: high for done, low twice for look here. */
function tone(good) {
  try {
    sounds ??= new AudioContext()
    const beep = (hz, at, long) => {
      const o = sounds.createOscillator(), g = sounds.createGain()
      o.frequency.value = hz
      g.gain.value = 0.15
      o.connect(g).connect(sounds.destination)
      o.start(sounds.currentTime + at)
      o.stop(sounds.currentTime + at + long)
    }
    if (good) beep(1200, 0, 0.1)
    else { beep(300, 0, 0.15); beep(300, 0.22, 0.15) }
  } catch { /* there is no sound */ }
}

function feel(kind) {
  const good = kind === 'done'
  if (desk.settings.sound) tone(good)
  if (desk.settings.shake) navigator.vibrate?.(good ? 60 : [80, 60, 80])
}

/** What is shown of a code that was read. */
function result(r, text) {
  if (r.kind === 'forged') return ['late', '✕', t('scan.forged', text.slice(0, 40)), '']
  const name = r.person?.name ?? t('scan.code', r.code.slice(-6))
  const sub = r.person ? [r.person.office, desk.roster.units[r.person.unit]].filter(Boolean).join(' · ') : ''
  if (r.kind === 'unknown') return ['soon', '?', name, t('scan.unknown')]
  if (r.kind === 'already') return ['soon', '✓', name, r.at ? t('scan.already', clockOf(r.at)) : t('scan.already_listed')]
  if (r.kind === 'left') return ['done', '✓', name, r.at ? t('scan.left', clockOf(r.at)) : t('state.out_listed')]
  return ['done', '✓', name, [clockOf(r.at), sub].filter(Boolean).join(' · ')]
}

/** The part of the page with the camera. */
export class Scanner {
  constructor() {
    this.video = el('video', { playsinline: true, muted: true, '.muted': true, 'aria-hidden': 'true' })
    this.result = el('div', { class: 'result', role: 'status', 'aria-live': 'assertive', hidden: true })
    this.words = el('p', { class: 'hint' })
    this.lamp = button(t('scan.lamp'), () => { this.lit = !this.lit; this.camera.light(this.lit) }, { class: 'btn', hidden: true, 'aria-pressed': 'false' })
    this.photo = el('input', { type: 'file', accept: 'image/*', capture: 'environment', class: 'hidden', tabindex: '-1', 'aria-hidden': 'true', onchange: () => this.picture() })
    this.leaving = el('input', { type: 'checkbox', id: 'leaving', onchange: () => this.result.hidden = true })
    this.panel = el('div', { class: 'camera', hidden: true }, this.frame = el('div', { class: 'frame' }, this.video), this.words,
      el('p', { class: 'way' }, el('label', { for: 'leaving', class: 'check' }, this.leaving, t('scan.mode') + ' ' + t('scan.out'))),
      el('div', { class: 'buttons' }, button(t('scan.photo'), () => this.photo.click(), { class: 'btn' }), this.lamp, this.photo))
    this.toggle = button(t('scan.open'), () => this.camera ? this.close() : this.open(), { class: 'btn big scan' })
    this.element = el('section', { class: 'scanning' }, this.toggle, this.result, this.panel)
  }

  async open() {
    this.panel.hidden = this.frame.hidden = false
    this.toggle.textContent = t('scan.close')
    this.words.textContent = t('scan.aim')
    this.camera = new Camera(this.video, text => this.found(text))
    try {
      await this.camera.start()
      this.lamp.hidden = !this.camera.hasLamp()
    } catch (err) {
      this.frame.hidden = true
      this.words.textContent = t(err.name === 'NotAllowedError' || err.name === 'SecurityError' ? 'scan.denied' : 'scan.none')
    }
  }

  close() {
    this.camera?.stop()
    this.camera = undefined
    this.panel.hidden = true
    this.toggle.textContent = t('scan.open')
  }

  async picture() {
    const file = this.photo.files[0]
    this.photo.value = ''
    if (!file) return
    let text = null
    try { text = await decodeFile(file) } catch { /* no picture */ }
    if (text) await this.found(text)
    else this.show('soon', '?', t('scan.unread'), '')
  }

  /** Takes a code, and shows what came of it once it is on the disk. @param {string} text */
  async found(text) {
    let r
    try {
      r = await takeCode(text, this.leaving.checked)
    } catch {
      feel('failed')
      return this.show('late', '✕', t('net.' + (desk.trouble || 'unwritten')), '')
    }
    feel(r.kind === 'left' ? 'done' : r.kind)
    this.show(...result(r, text))
  }

  show(kind, sign, name, sub) {
    this.result.className = 'result ' + kind
    this.result.replaceChildren(el('span', { class: 'sign', 'aria-hidden': 'true' }, sign), el('div', {}, el('b', {}, name), el('span', {}, sub)))
    this.result.hidden = false
  }
}
