// The camera, looked at until it is stopped.

import { decode, prepare } from './scan.js'

const WIDTH = 1280
const AGAIN = 3_000 // the same code, still before the camera, is one check-in

/** A running camera. */
export class Camera {
  /** @param {HTMLVideoElement} video @param {(text: string) => Promise<void>} found */
  constructor(video, found) {
    this.video = video
    this.found = found
    this.last = { text: '', at: 0 }
    this.frames = 0
    this.canvas = document.createElement('canvas')
    this.paint = this.canvas.getContext('2d', { willReadFrequently: true })
  }

  /** Opens the camera; an error has the name that getUserMedia gives it. */
  async start() {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException('no camera', 'NotFoundError')
    this.running = true
    prepare()
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: 'environment' }, width: { ideal: WIDTH }, height: { ideal: 720 } } })
    if (!this.running) return stream.getTracks().forEach(t => t.stop())
    this.stream = stream
    this.video.srcObject = stream
    await this.video.play()
    this.lamp = stream.getVideoTracks()[0]
    this.look()
  }

  /** Whether the camera has a lamp to switch on. */
  hasLamp() { return !!this.lamp?.getCapabilities?.().torch }

  /** Switches the lamp. */
  light(on) { return this.lamp.applyConstraints({ advanced: [{ torch: on }] }) }

  async look() {
    while (this.running) {
      const begun = performance.now()
      try { await this.frame() } catch (err) { console.error(err) }
      await new Promise(resolve => setTimeout(resolve, Math.max(15, 60 - (performance.now() - begun))))
    }
  }

  async frame() {
    const w = this.video.videoWidth, h = this.video.videoHeight
    if (!w || document.hidden) return
    const scale = Math.min(1, WIDTH / Math.max(w, h))
    this.canvas.width = Math.round(w * scale)
    this.canvas.height = Math.round(h * scale)
    this.paint.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height)
    const text = await decode(this.paint.getImageData(0, 0, this.canvas.width, this.canvas.height), undefined, ++this.frames % 5 > 0 && await prepare())
    if (!text || !this.running) return
    const again = text === this.last.text && performance.now() - this.last.at < AGAIN
    this.last = { text, at: performance.now() }
    if (!again) await this.found(text)
  }

  /** Closes the camera. */
  stop() {
    this.running = false
    this.stream?.getTracks().forEach(t => t.stop())
    this.video.srcObject = null
  }
}

/** Reads the code in a photograph. @param {Blob} file */
export async function decodeFile(file) {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  const paint = canvas.getContext('2d')
  paint.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return decode(paint.getImageData(0, 0, canvas.width, canvas.height))
}
