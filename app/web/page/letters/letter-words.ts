import type { Letter, LetterClass, LetterState } from '../../../contracts/dead-letters.ts'
import { count, duration } from '../words/numbers.ts'

/** Where it was refused, as a sentence. */
export function refusedSentence({ refusedBy, source }: Letter): string {
  return source === null
    ? `Refused by ${refusedBy}.`
    : `Refused by ${refusedBy} at ${source.topic} p${source.p} @ ${count(source.o)}.`
}

/** What came of it; null while nobody has done anything. */
export function outcomeSentence(letter: Letter): string | null {
  const { state, replay, tookMs } = letter
  const sent = replay === null ? '' : `Sent to ${replay.topic}, p${replay.p} @ ${count(replay.o)}. `
  switch (state) {
    case 'open':
      return null
    case 'replayed':
      return letter.remedy === 'send-to-topic' ? sent.trimEnd() : `${sent}Nothing has come of it yet.`
    case 'processed':
      return `${sent}Processed after ${duration(tookMs ?? 0)}.`
    case 'refused':
      return `${sent}Refused again: it has a new letter.`
    case 'stale':
      return `${sent}Dropped: something newer of this key was processed.`
    case 'repeated':
      return `${sent}Dropped: this letter was processed before.`
    case 'discarded':
      return 'Discarded. It stays in its topic.'
  }
}

/** What to do where it cannot be sent again; null where it can. */
export function remedySentence({ remedy }: Letter): string | null {
  if (remedy === 'sql') return 'The row is wrong in SQL. Mend it there: it is captured again. Then discard this letter.'
  if (remedy === 'none') return 'It cannot be sent again. Mend the cause, change the row in SQL, then discard this letter.'
  return null
}

export const classWords: Readonly<Record<LetterClass, string>> = {
  'invalid-schema': 'invalid schema',
  'schema-not-found': 'schema not found',
  'invalid-data': 'invalid data',
  'user-code': 'user code',
  production: 'production',
  sink: 'sink',
}

export const stateWords: Readonly<Record<LetterState, string>> = {
  open: '○ open',
  replayed: '→ sent again',
  processed: '✓ processed',
  refused: '✕ refused again',
  stale: '↩ dropped, older',
  repeated: '↩ dropped, repeated',
  discarded: '– discarded',
}

/** Sixteen bytes a line, with their offset. */
export function hexLines(hex: string): string {
  const lines = hex.match(/.{1,32}/g) ?? []
  return lines
    .map((line, index) => `${(index * 16).toString(16).padStart(6, '0')}  ${(line.match(/../g) ?? []).join(' ')}`)
    .join('\n')
}
