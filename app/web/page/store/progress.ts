/** The sum of the offsets of a vector, `topicId:next0,next1;…`; null for what is none. */
function progressOf(vector: string): number | null {
  let sum = 0
  for (const part of vector.split(';')) {
    const [, offsets] = /^[\w.-]+:(\d{1,15}(?:,\d{1,15})*)$/.exec(part) ?? []
    if (offsets === undefined) return null
    for (const offset of offsets.split(',')) sum += Number(offset)
  }
  return sum
}

/** Offsets that lie between two vectors, beside those that a batch covers: more than 0 if a batch before it is missing. */
export function leftOut(before: string | null, after: string, covered: number): number {
  const from = before === null ? null : progressOf(before)
  const to = progressOf(after)
  return from === null || to === null ? 0 : Math.max(0, to - from - covered)
}
