import Type from 'typebox'
import { idParams } from '../../../bank/http.ts'
import type { Http } from '../../../platform/http/open-http.ts'
import type { KeyHistories } from './key-histories.ts'

const query = Type.Object(
  { withinMs: Type.Integer({ minimum: 1, maximum: 30_000, default: 2000, description: 'How long topics are read, in ms.' }) },
  { additionalProperties: false },
)

export function addHistoryRoutes(http: Http, histories: KeyHistories): void {
  for (const kind of ['transfers', 'users'] as const) {
    const schema = { params: idParams, querystring: query, summary: 'All versions of a row that the topics still hold.' }
    http.get(`/history/${kind}/:id`, { schema }, ({ params: { id }, query: { withinMs } }) => histories.read(kind, id, withinMs))
  }
}
