import Type from 'typebox'
import type { LetterClass, LetterState } from '../contracts/dead-letters.ts'

const classes = [
  'invalid-schema',
  'schema-not-found',
  'invalid-data',
  'user-code',
  'production',
  'sink',
] as const satisfies readonly LetterClass[]
const states = ['open', 'replayed', 'processed', 'refused', 'stale', 'repeated', 'discarded', 'any'] as const satisfies readonly (
  LetterState | 'any'
)[]
const topicName = Type.String({ maxLength: 249, pattern: String.raw`^[\w.-]+$` })

const letterQuery = Type.Object(
  {
    topic: Type.Optional(topicName),
    class: Type.Optional(Type.Enum([...classes])),
    state: Type.Optional(Type.Enum([...states], { description: 'Default: open, or on its way again.' })),
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

/** What may be asked of dead letters, of their service and at the BFF, which passes it on. */
export const letterOperations = {
  list: { operationId: 'listLetters', summary: 'Dead letters, newest first.', querystring: letterQuery },
  get: {
    operationId: 'getLetter',
    summary: 'A dead letter with its original bytes.',
    params: letterParams,
    querystring: awaitQuery,
  },
  replay: {
    operationId: 'replayLetter',
    summary: 'Sends a dead letter again, as it is or edited.',
    params: letterParams,
    body: replayBody,
  },
  discard: {
    operationId: 'discardLetter',
    summary: 'Takes a dead letter off the list.',
    params: letterParams,
    body: nothing,
  },
} as const
