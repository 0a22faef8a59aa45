import Type from 'typebox'
import { answers } from '../../../platform/http/openapi.ts'
import { list, orNull } from '../../../platform/http/schema-parts.ts'
import type { Http } from '../../../platform/http/open-http.ts'
import type { StoreQueries } from './store-queries.ts'

const text = (description: string) => Type.Optional(Type.String({ maxLength: 1000, description }))
const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }))
const params = Type.Object({ store: Type.String({ minLength: 1, maxLength: 255, description: 'Its name.' }) })
const querystring = Type.Object(
  {
    key: text('The key; with `to` the first of them.'),
    to: text('The last of the keys.'),
    from: time('Windows that begin then or later.'),
    until: time('Windows that begin then or earlier.'),
    size: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'How many rows at most.' }),
  },
  { additionalProperties: false },
)

const own = Type.String()
const partition = orNull(Type.Integer({ description: 'Null: of a global store.' }))

const row = Type.Object(
  {
    key: own,
    value: Type.String({ description: 'JSON.' }),
    startMs: orNull(Type.Number()),
    endMs: orNull(Type.Number()),
    partition,
    task: orNull(own),
    instance: own,
  },
  { title: 'StoreRow' },
)

const answer = Type.Object(
  {
    store: own,
    kind: own,
    keys: Type.String({ description: 'How its keys are typed.' }),
    rows: list(row),
    isMore: Type.Boolean(),
    asked: list(partition),
    away: list(Type.Object({ partition, state: own })),
    unreadable: list(Type.Object({ partition, reason: own })),
  },
  { title: 'StoreAnswer' },
)

/** What may be asked of a store, of the application and at the BFF. */
export const storeOperation = {
  params,
  querystring,
  summary: 'Rows of a store, with the partition and task that has each.',
  response: answers({ 200: answer }, 404),
} as const

/** What is in a store, by its interactive queries. */
export function addStoreRoutes(http: Http, queries: StoreQueries): void {
  http.get('/stores/:store', { schema: storeOperation }, ({ params: { store }, query: { key, to, from, until, size } }) =>
    queries.ask(store, { key, to, fromMs: msOf(from) ?? 0, untilMs: msOf(until) ?? Number.MAX_SAFE_INTEGER, size }),
  )
}

const msOf = (iso: string | undefined): number | null => (iso === undefined ? null : Date.parse(iso))
