import type {
  Letter,
  LetterAddress,
  LetterDetail,
  LetterPage,
  LetterState,
  ReplayOrder,
} from '../../../app/contracts/dead-letters.ts'

/** What a fake letter begins with; the rest is always the same. */
export interface FakeLetter {
  readonly at: LetterAddress
  readonly reason: string
  readonly value: Uint8Array
  readonly refusedAt: number
  readonly class?: Letter['class']
  readonly remedy?: Letter['remedy']
}

interface Kept extends FakeLetter {
  state: LetterState
  sent: LetterAddress | null
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The service of the dead letters, imagined: what is sent again is processed if it has no `abc` in it. */
export class FakeLetters {
  readonly #kept: Kept[] = []
  /** What was sent again, as text. */
  readonly sent: string[] = []
  isDown = false

  /** Newest first. */
  add(letter: FakeLetter): void {
    this.#kept.unshift({ ...letter, state: 'open', sent: null })
  }

  /** Status and body of the answer. */
  answer(method: string, path: string, query: URLSearchParams, body: ReplayOrder): readonly [status: number, body: unknown] {
    if (this.isDown) return [502, { detail: 'The dead letters API does not answer.' }]
    if (path === '/api/dlq/letters') return [200, this.#list(query)]
    const [, topic, p, o, act] = /^\/api\/dlq\/letters\/([\w.-]+)\/(\d+)\/(\d+)(?:\/(\w+))?$/.exec(path) ?? []
    const found = this.#kept.find(({ at }) => at.topic === topic && at.p === Number(p) && at.o === Number(o))
    if (found === undefined) return [404, { detail: `There is no dead letter at ${topic}/${p}/${o}.` }]
    if (method === 'GET') return [200, detailOf(found)]
    if (act === 'discard') found.state = 'discarded'
    else this.#replay(found, body)
    return [act === 'discard' ? 200 : 202, detailOf(found)]
  }

  #replay(letter: Kept, { value }: ReplayOrder): void {
    const text = value === undefined ? Buffer.from(letter.value).toString('latin1') : 'text' in value ? value.text : value.hex
    this.sent.push(text)
    letter.sent = { topic: 'replay.bank.transfers', p: 0, o: 3 + this.sent.length }
    letter.state = text.includes('abc') ? 'refused' : 'processed'
  }

  #list(query: URLSearchParams): LetterPage {
    const [state, wanted, text] = [query.get('state'), query.get('class'), query.get('text') ?? '']
    const all = this.#kept.map(letterOf)
    const isLeft = (letter: Letter): boolean => letter.state === 'open' || letter.state === 'replayed'
    const content = all.filter(
      (letter) =>
        (state === 'any' || (state === null ? isLeft(letter) : letter.state === state)) &&
        (wanted === null || letter.class === wanted) &&
        `${letter.key} ${letter.reason}`.includes(text),
    )
    const page = { number: 0, size: 50, totalElements: content.length, totalPages: Math.ceil(content.length / 50) }
    return { content, page, counts: { open: all.filter(isLeft).length, all: all.length } }
  }
}

function letterOf({ at, reason, value, refusedAt, state, sent, ...given }: Kept): Letter {
  return {
    at,
    source: { topic: 'raw.bank.transfers', p: 3, o: 12_407 + at.o },
    refusedBy: 'ingestion-transfers',
    refusedAt,
    class: given.class ?? 'invalid-data',
    error: given.class === 'invalid-schema' ? 'STREAMS_CONNECT_SCHEMA' : 'STREAMS_CONNECT_DATA',
    reason,
    key: String(900 + at.o),
    bytes: value.length,
    attempts: 1,
    remedy: given.remedy ?? 'replay',
    state,
    replay: sent,
    tookMs: sent === null ? null : 44,
  }
}

function detailOf(kept: Kept): LetterDetail {
  const letter = letterOf(kept)
  const text = textOf(kept.value)
  const headers = {
    'source.position': 'bank.transfers:x-9:0',
    '__streams.errors.exception': letter.error,
    'dlq.refused-by': letter.refusedBy,
  }
  return {
    ...letter,
    value: { hex: Buffer.from(kept.value).toString('hex'), text },
    keyBytes: { hex: '7b7d', text: '{}' },
    decoded: text === null ? null : jsonOf(text),
    headers: Object.entries(headers).map(([name, content]) => ({ name, text: content })),
    stacktrace: null,
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

function jsonOf(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return null
  }
}
