import type { Http } from '../../../platform/http/open-http.ts'
import { historyOperation } from './history-operation.ts'
import type { KeyHistories } from './key-histories.ts'

export function addHistoryRoutes(http: Http, histories: KeyHistories): void {
  for (const kind of ['transfers', 'users'] as const)
    http.get(`/history/${kind}/:id`, { schema: historyOperation }, ({ params: { id }, query: { withinMs } }) =>
      histories.read(kind, id, withinMs),
    )
}
