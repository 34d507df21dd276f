// Names are found without their marks.

/** A text as it is compared: no marks, đ as d, small letters. */
export const fold = text => text.normalize('NFD').replace(/\p{Mn}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase()

/** Reports whether every word is in a folded text at the beginning of one of its words. */
export function matches(folded, words) {
  const text = ' ' + folded
  return words.every(w => text.includes(' ' + w))
}
