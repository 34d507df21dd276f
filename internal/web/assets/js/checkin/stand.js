// What stands, from the list and the facts of this device: the same in whatever order
// they came. The server does it again with the facts of all devices.

/** @typedef {import('./facts.js').Fact} Fact */

/** Whom a fact is about. */
export const subject = f => f.member ?? (f.guest ? 'guest:' + f.guest.id : f.code ? 'code:' + f.code : '')

const NONE = []
const presence = f => f.state === 'present' || f.state === 'online'
const mark = f => f.state === 'excused' || f.state === 'absent' || f.state === 'exempt'
const when = f => f.at + f.offset
const before = (a, b) => when(a) - when(b) || (a.id < b.id ? -1 : 1)

/** Whether the list says that somebody is there: at the roll call, or by the clerk's hand at none in particular. */
const listed = (p, call) => p.calls ? !!(p.calls & (1 << (call - 1))) : p.state === 'present' || p.state === 'online'

/** The facts of a device, sorted out. */
export class Stand {
  /** @param {Iterable<Fact>} facts */
  constructor(facts = []) {
    /** @type {Map<string, Fact>} */
    this.facts = new Map()
    /** @type {Map<string, Fact>} by what they take back */
    this.voids = new Map()
    /** @type {Map<string, Fact[]>} */
    this.of = new Map()
    this.heads = []
    /** @type {Set<string>} ids of those that wait to be sent */
    this.waits = new Set()
    for (const f of facts) this.add(f)
  }

  /** @param {Fact} f a new one, or one known with its answer */
  add(f) {
    const known = this.facts.has(f.id)
    this.facts.set(f.id, f)
    if (f.waits) this.waits.add(f.id)
    else this.waits.delete(f.id)
    const into = (list, v) => { const i = list.findIndex(x => x.id === v.id); if (i < 0) list.push(v); else list[i] = v }
    if (f.state === 'void') this.voids.set(f.ref, f)
    else if (f.state === 'heads') into(this.heads, f)
    else {
      const key = subject(f)
      const list = this.of.get(key)
      if (!list) this.of.set(key, [f])
      else if (known) into(list, f)
      else list.push(f)
    }
  }

  /** What stands of one kind. @param {Fact} f */
  stands(f) { return !this.voids.has(f.id) }

  /**
   * How somebody stands at a roll call.
   * @param {string} key see subject
   * @param {import('./roster.js').Person | undefined} person
   * @param {number} call
   * @param {number} made when the list was made, by the server
   * @returns {{state: string, at: number, out: boolean, fact?: Fact, outFact?: Fact, waits: boolean, known: boolean}} at is 0 where only the list says so
   */
  at(key, person, call, made) {
    const all = this.of.get(key) ?? NONE
    const here = all.filter(f => this.stands(f))
    const mine = here.filter(f => f.call === call)
    const there = mine.filter(presence).sort(before)[0]
    const marked = mine.filter(mark).sort(before).at(-1)
    const outFact = here.filter(f => f.state === 'out').sort(before).at(-1)
    // A list that was made before something was taken back does not know of it.
    const taken = (kind, ofCall) => all.some(f => kind(f) && (!ofCall || f.call === call) && !this.stands(f) && this.later(this.voids.get(f.id), made))
    let state = 'invited', fact = there ?? marked
    if (there) state = there.state
    else if (person && listed(person, call) && !taken(presence, true)) { state = person.state === 'online' ? 'online' : 'present'; fact = undefined }
    else if (marked) state = marked.state
    else if (person && ['excused', 'absent', 'exempt'].includes(person.state) && !taken(mark, true)) state = person.state
    const out = !!outFact || (!!person?.out && !taken(f => f.state === 'out', false))
    return { state, at: fact ? when(fact) : 0, out, fact, outFact, waits: !!(fact?.waits || outFact?.waits), known: state !== 'invited' }
  }

  later(f, made) { return !!f.waits || when(f) > made || f.answered + f.offset > made }

  /** The latest count of heads at a roll call. */
  headsAt(call) { return this.heads.filter(f => f.call === call && this.stands(f)).sort(before).at(-1) }

  /** Keys of those noted here who are on no list: guests and codes. */
  strangers(roster) {
    return [...this.of.keys()].filter(k => !roster?.byKey.has(k))
  }

  /** Facts whose answer somebody has to look at. */
  attention() {
    const look = ['conflict', 'unknown', 'revoked', 'late', 'other', 'invalid']
    return [...this.facts.values()].filter(f => look.includes(f.answer) && !f.seen).sort(before)
  }
}
