import Type from 'typebox'
import type { Static } from 'typebox'
import { statuses } from '../../bank/rules.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { answers } from '../../platform/http/openapi.ts'
import { pageOf, pageQuery, pageRequest, pageSchema } from '../../platform/http/page.ts'
import { Problem } from '../../platform/http/problem.ts'
import { StoreUnavailable } from '../../sink/document-store.ts'
import type { Condition, DocumentQuery, DocumentStore } from '../../sink/document-store.ts'

const sortable = ['id', 'createdAt', 'lastUpdatedAt'] as const
const orders = sortable.flatMap((field) => [field, `-${field}`])
const timeRule = 'A time is as 2026-11-22T10:00:05Z.'

const querySchema = Type.Object(
  {
    userId: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Who pays or is paid.' })),
    status: Type.Optional(
      Type.Enum([...statuses, ...statuses.map((status) => status.toLowerCase())], {
        description: `A status is one of ${statuses.join(', ')}.`,
      }),
    ),
    from: Type.Optional(Type.String({ maxLength: 40, description: `Made at or after. ${timeRule}` })),
    to: Type.Optional(Type.String({ maxLength: 40, description: `Made before. ${timeRule}` })),
    minAmount: Type.Optional(
      Type.String({ pattern: String.raw`^\d{1,16}(\.\d{1,2})?$`, description: 'minAmount is an amount such as 10.00.' }),
    ),
    beforeId: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Only those with a smaller id.' }),
    ),
    sort: Type.Enum(orders, { default: 'id', description: `sort is one of ${sortable.join(', ')}; a leading - is descending.` }),
    ...pageQuery,
  },
  { additionalProperties: false },
)

const enrichedSchema = Type.Object(
  {
    id: Type.Integer(),
    fromUserId: Type.Integer(),
    toUserId: Type.Integer(),
    amount: Type.String(),
    status: Type.Enum([...statuses]),
    createdAt: Type.String(),
    lastUpdatedAt: Type.String(),
    fromUserName: Type.Union([Type.String(), Type.Null()]),
    toUserName: Type.Union([Type.String(), Type.Null()]),
    enrichment: Type.Enum(['COMPLETE', 'PARTIAL']),
  },
  { title: 'TransferEnriched' },
)

const idParams = Type.Object({
  id: Type.String({ pattern: String.raw`^\d{1,16}$`, description: 'An id is a whole number above 0.' }),
})

/** What may be asked of enriched transfers, here and at the BFF, which passes it on. */
export const readOperations = {
  list: {
    operationId: 'listTransfers',
    summary: 'Transfers with the names of their users.',
    querystring: querySchema,
    response: answers({ 200: pageSchema(enrichedSchema) }, 503),
  },
  get: {
    operationId: 'getTransfer',
    summary: 'A transfer with the names of its users. A new one is here a moment later.',
    params: idParams,
    response: answers({ 200: enrichedSchema }, 404, 503),
  },
} as const

/** The read API: the documents that the sink keeps, and nothing else. Read only. `onAway` is told of each request that finds the store away. */
export function addReadRoutes(
  http: Http,
  store: Pick<DocumentStore, 'find' | 'get'>,
  onAway: (error: StoreUnavailable) => void = () => {},
): void {
  const answered = async <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error
      onAway(error)
      throw new Problem(503, 'The documents cannot be read just now.', {}, { retryAfterS: 1, cause: error })
    })
  http.get('/transfers-enriched', { schema: readOperations.list }, async ({ query }) => {
    const page = pageRequest(query)
    const { documents, total } = await answered(
      store.find({ ...toQuery(query), limit: page.size, offset: page.number * page.size }),
    )
    return pageOf({ rows: documents as Static<typeof enrichedSchema>[], total }, page)
  })
  http.get('/transfers-enriched/:id', { schema: readOperations.get }, async ({ params: { id } }) => {
    const document = await answered(store.get(id))
    if (document === undefined) throw new Problem(404, `There is no transfer ${id} here, or not yet.`)
    return document as Static<typeof enrichedSchema>
  })
}

function toQuery({
  userId,
  status,
  from,
  to,
  minAmount,
  beforeId,
  sort,
}: Static<typeof querySchema>): Pick<DocumentQuery, 'where' | 'sort'> {
  const where: Condition[][] = []
  if (userId !== undefined) where.push(['fromUserId', 'toUserId'].map((field) => ({ field, is: 'equal', value: userId })))
  if (status !== undefined) where.push([{ field: 'status', is: 'equal', value: status.toUpperCase() }])
  if (from !== undefined) where.push([{ field: 'createdAt', is: 'at-least', value: time('from', from) }])
  if (to !== undefined) where.push([{ field: 'createdAt', is: 'less-than', value: time('to', to) }])
  if (minAmount !== undefined) where.push([{ field: 'amount', is: 'decimal-at-least', value: twoDecimals(minAmount) }])
  if (beforeId !== undefined) where.push([{ field: 'id', is: 'less-than', value: beforeId }])
  return { where, sort: { field: sort.replace(/^-/, ''), order: sort.startsWith('-') ? 'descending' : 'ascending' } }
}

/** Times in documents are ISO texts in UTC with ms, whose order is that of time. */
function time(name: string, text: string): string {
  const timeMs = Date.parse(text)
  if (Number.isFinite(timeMs)) return new Date(timeMs).toISOString()
  throw new Problem(400, `${name}: ${timeRule}`, { [name]: timeRule })
}

function twoDecimals(amount: string): string {
  const [whole = '', decimals = ''] = amount.split('.')
  return `${whole}.${decimals.padEnd(2, '0')}`
}
