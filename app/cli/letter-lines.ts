import type { Letter, LetterDetail } from '../contracts/dead-letters.ts'

/** A letter in one line: state, place, who refused it where, and why. */
export function letterLine(letter: Letter): string {
  const { at, state, key, reason } = letter
  return `${state.padEnd(9)} ${at.topic}/${at.p}/${at.o}  key ${key ?? 'none'}  ${letter.class}: ${reason}`
}

/** Where it was refused, as a sentence. */
function refusedLine({ refusedBy, source }: Letter): string {
  return source === null ? `Refused by ${refusedBy}.` : `Refused by ${refusedBy} at ${source.topic} p${source.p} @ ${source.o}.`
}

export function detailLines(letter: LetterDetail): string[] {
  const { value, decoded, headers } = letter
  return [
    refusedLine(letter),
    `Reason: ${letter.reason}`,
    `State: ${letter.state}   class: ${letter.class}   error: ${letter.error}   attempts: ${letter.attempts}`,
    `Refused at: ${new Date(letter.refusedAt).toISOString()}   key: ${letter.key ?? 'none'}`,
    remedies[letter.remedy],
    'Headers:',
    ...headers.map(({ name, text }) => `  ${name}: ${text}`),
    'Original bytes, unchanged:',
    ...(value === null ? ['  none: it is a tombstone'] : hexLines(value.hex)),
    ...(value?.text == null ? [] : ['As text:', `  ${value.text}`]),
    ...(decoded === null ? [] : ['Decoded:', decoded]),
  ]
}

/** What came of a replay. */
export function outcomeLine(letter: Letter): string {
  const sent = letter.replay === null ? '' : `Sent to ${letter.replay.topic} p${letter.replay.p} @ ${letter.replay.o}. `
  return sent + outcomes[letter.state].replace('MS', String(letter.tookMs ?? 0)).replace('REASON', letter.reason)
}

const outcomes: Readonly<Record<Letter['state'], string>> = {
  open: 'Nothing has come of it yet.',
  replayed: 'Nothing has come of it yet: it may be in a retry topic.',
  processed: 'Processed after MS ms.',
  refused: 'Refused again: there is a new letter. REASON',
  stale: 'Dropped: something newer of this key was processed.',
  repeated: 'Dropped: this letter was processed before.',
  discarded: 'Discarded. It stays in its topic.',
}

const remedies: Readonly<Record<Letter['remedy'], string>> = {
  replay: 'What mends it: replay, as it is or edited.',
  'send-to-topic': 'What mends it: replay, as long as nothing newer of its key is in its topic.',
  sql: 'What mends it: the row in SQL. Then discard.',
  none: 'It cannot be sent again. Mend the cause, then discard.',
}

/** Sixteen bytes a line, with their offset and their ASCII. */
function hexLines(hex: string): string[] {
  const bytes = Buffer.from(hex, 'hex')
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) => {
    const part = bytes.subarray(line * 16, line * 16 + 16)
    const digits = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const ascii = [...part].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
    return `  ${(line * 16).toString(16).padStart(6, '0')}  ${digits.padEnd(47)}  ${ascii}`
  })
}
