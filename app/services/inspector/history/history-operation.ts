import Type from 'typebox'
import { idParams } from '../../../bank/http.ts'
import { answers } from '../../../platform/http/openapi.ts'
import { epochMs, list, orNull } from '../../../platform/http/schema-parts.ts'

const query = Type.Object(
  { withinMs: Type.Integer({ minimum: 1, maximum: 30_000, default: 2000, description: 'How long topics are read, in ms.' }) },
  { additionalProperties: false },
)

const text = Type.String()
const kind = Type.Enum(['transfers', 'users'])

const version = Type.Object(
  {
    station: Type.Enum(['sql', 'raw', 'ingestion', 'enriched', 'document']),
    topic: orNull(text),
    p: orNull(Type.Integer()),
    o: orNull(Type.Integer()),
    ts: epochMs,
    bytes: Type.Integer(),
    schemaId: orNull(Type.Integer()),
    fields: orNull(Type.Record(text, Type.Unknown())),
    changed: list(text),
    unreadable: orNull(text),
  },
  { title: 'HistoryVersion' },
)

const change = Type.Object(
  {
    cause: orNull(text),
    at: epochMs,
    op: orNull(Type.Enum(['c', 'u', 'd', 'r'])),
    kind,
    id: Type.Integer(),
    versions: list(version),
  },
  { title: 'HistoryChange' },
)

const place = { topic: text, p: Type.Integer(), o: Type.Integer() }

const reason = Type.Object(
  {
    ...place,
    field: Type.Enum(['fromUserName', 'toUserName']),
    userId: Type.Integer(),
    why: Type.Enum(['never', 'later', 'deleted']),
    version: orNull(Type.Object({ ...place, at: epochMs })),
  },
  { title: 'NullReason' },
)

const history = Type.Object(
  {
    kind,
    id: Type.Integer(),
    changes: list(change),
    reasons: list(reason),
    scan: Type.Object({ read: Type.Integer(), of: Type.Integer(), ms: Type.Number() }),
  },
  { title: 'KeyHistory' },
)

/** What may be asked of the history of a row, of the inspector and at the BFF. */
export const historyOperation = {
  params: idParams,
  querystring: query,
  summary: 'All versions of a row that the topics still hold.',
  response: answers({ 200: history }),
} as const
