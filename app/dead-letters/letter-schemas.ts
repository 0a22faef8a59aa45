import Type from 'typebox'
import type { LetterClass, LetterState, Remedy } from '../contracts/dead-letters.ts'
import { answers } from '../platform/http/openapi.ts'
import { pageSchema } from '../platform/http/page.ts'
import { epochMs, list, orNull } from '../platform/http/schema-parts.ts'

const classes = [
  'invalid-schema',
  'schema-not-found',
  'invalid-data',
  'user-code',
  'production',
  'sink',
] as const satisfies readonly LetterClass[]
const states = [
  'open',
  'replayed',
  'processed',
  'refused',
  'stale',
  'repeated',
  'discarded',
] as const satisfies readonly LetterState[]
const remedies = ['replay', 'send-to-topic', 'sql', 'none'] as const satisfies readonly Remedy[]
const topicName = Type.String({ maxLength: 249, pattern: String.raw`^[\w.-]+$` })

const letterQuery = Type.Object(
  {
    topic: Type.Optional(topicName),
    class: Type.Optional(Type.Enum([...classes])),
    state: Type.Optional(Type.Enum([...states, 'any'], { description: 'Default: open, or on its way again.' })),
    text: Type.Optional(Type.String({ maxLength: 200, description: 'Part of the key or of the reason.' })),
    page: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
    size: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  },
  { additionalProperties: false },
)

const letterParams = Type.Object({
  topic: topicName,
  p: Type.Integer({ minimum: 0, maximum: 999_999_999 }),
  o: Type.Integer({ minimum: 0, maximum: 999_999_999_999_999 }),
})

const awaitQuery = Type.Object(
  { awaitMs: Type.Integer({ minimum: 0, maximum: 4000, default: 0, description: 'Waits as long for what comes of a replay.' }) },
  { additionalProperties: false },
)

const valueMax = 4 << 20
const replayBody = Type.Object(
  {
    value: Type.Optional(
      Type.Union([
        Type.Object({ text: Type.String({ maxLength: valueMax }) }, { additionalProperties: false }),
        Type.Object({ hex: Type.String({ maxLength: 3 * valueMax }) }, { additionalProperties: false }),
      ]),
    ),
  },
  { additionalProperties: false },
)

const nothing = Type.Object({}, { additionalProperties: false })

const text = Type.String()
const address = Type.Object({ topic: text, p: Type.Integer(), o: Type.Integer() }, { title: 'LetterAddress' })

const letterFields = {
  at: address,
  source: orNull(address),
  refusedBy: text,
  refusedAt: epochMs,
  class: Type.Enum([...classes]),
  error: text,
  reason: text,
  key: orNull(text),
  bytes: orNull(Type.Integer()),
  attempts: Type.Integer(),
  remedy: Type.Enum([...remedies]),
  state: Type.Enum([...states]),
  replay: orNull(address),
  tookMs: orNull(Type.Number()),
}

const letter = Type.Object(letterFields, { title: 'Letter' })

/** Bytes, and their text where they are UTF-8. */
const bytes = orNull(Type.Object({ hex: text, text: orNull(text) }))

const letterDetail = Type.Object(
  {
    ...letterFields,
    value: bytes,
    keyBytes: bytes,
    decoded: orNull(text),
    headers: list(Type.Object({ name: text, text })),
    stacktrace: orNull(text),
  },
  { title: 'LetterDetail' },
)

const letterPage = Type.Object(
  {
    ...pageSchema(letter).properties,
    content: list(letter),
    counts: Type.Object({ open: Type.Integer(), all: Type.Integer() }),
  },
  { title: 'LetterPage' },
)

/** What may be asked of dead letters, of their service and at the BFF, which passes it on. */
export const letterOperations = {
  list: {
    operationId: 'listLetters',
    summary: 'Dead letters, newest first.',
    querystring: letterQuery,
    response: answers({ 200: letterPage }),
  },
  get: {
    operationId: 'getLetter',
    summary: 'A dead letter with its original bytes.',
    params: letterParams,
    querystring: awaitQuery,
    response: answers({ 200: letterDetail }, 404),
  },
  replay: {
    operationId: 'replayLetter',
    summary: 'Sends a dead letter again, as it is or edited.',
    params: letterParams,
    body: replayBody,
    response: answers({ 202: letterDetail }, 404, 409, 422),
  },
  discard: {
    operationId: 'discardLetter',
    summary: 'Takes a dead letter off the list.',
    params: letterParams,
    body: nothing,
    response: answers({ 200: letterDetail }, 404),
  },
} as const
