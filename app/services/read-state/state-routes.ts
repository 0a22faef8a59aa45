import type { KafkaStreams } from 'millrace'
import type { TransferEnriched } from '../../../examples/transfer-pipeline/topologies/enricher.ts'
import { transferStores } from '../../../examples/transfer-pipeline/topologies/transfer-read.ts'
import { idParams } from '../../bank/http.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { notFound } from '../../platform/http/problem.ts'
import { whenRunning } from '../../platform/http/when-running.ts'
import { toDocument } from '../../sink/to-document.ts'

/** Answers from the stores of a stream application: no database is between. */
export function addStateRoutes(http: Http, streams: KafkaStreams): void {
  const byId = streams.store<string, TransferEnriched>(transferStores.byId)
  const sent = streams.store<string, readonly number[]>(transferStores.sent)
  const received = streams.store<string, readonly number[]>(transferStores.received)
  http.get('/state/transfers/:id', { schema: { params: idParams } }, ({ params: { id } }) =>
    whenRunning(streams, async () => {
      const transfer = await byId.get(String(id))
      if (transfer === null) throw notFound('transfer', id)
      return toDocument(transfer)
    }),
  )
  http.get('/state/users/:id/transfers', { schema: { params: idParams } }, ({ params: { id } }) =>
    whenRunning(streams, async () => {
      const lists = await Promise.all([sent.get(String(id)), received.get(String(id))])
      const newest = [...new Set(lists.flatMap((ids) => ids ?? []))].sort((left, right) => right - left).slice(0, 100)
      const transfers = await Promise.all(newest.map((transferId) => byId.get(String(transferId))))
      return { content: transfers.flatMap((transfer) => (transfer === null ? [] : [toDocument(transfer)])) }
    }),
  )
  http.get('/state/metadata', () => ({ state: streams.state, tasks: streams.localTasks() }))
}
