import Type from 'typebox'
import { idParams } from '../../../bank/http.ts'
import type { Http } from '../../../platform/http/open-http.ts'
import type { KeyHistories } from './key-histories.ts'

const query = Type.Object(
  { withinMs: Type.Integer({ minimum: 1, maximum: 30_000, default: 2000, description: 'How long topics are read, in ms.' }) },
  { additionalProperties: false },
)

/** What may be asked of the history of a row, here and at the BFF. */
export const historyOperation = {
  params: idParams,
  querystring: query,
  summary: 'All versions of a row that the topics still hold.',
} as const

export function addHistoryRoutes(http: Http, histories: KeyHistories): void {
  for (const kind of ['transfers', 'users'] as const)
    http.get(`/history/${kind}/:id`, { schema: historyOperation }, ({ params: { id }, query: { withinMs } }) =>
      histories.read(kind, id, withinMs),
    )
}
