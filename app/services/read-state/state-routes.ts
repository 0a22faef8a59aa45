import type { KafkaStreams } from 'millrace'
import type { TransferEnriched } from '../../../examples/transfer-pipeline/topologies/enricher.ts'
import { enriched } from '../../../examples/transfer-pipeline/topics.ts'
import { transferStores } from '../../../examples/transfer-pipeline/topologies/transfer-read.ts'
import { idParams } from '../../bank/http.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { Problem, notFound } from '../../platform/http/problem.ts'
import { whenRunning } from '../../platform/http/when-running.ts'
import { toDocument } from '../../sink/to-document.ts'
import type { KeyOwners } from './key-owners.ts'

export interface StateRoutes {
  readonly applicationId: string
  readonly streams: KafkaStreams
  readonly owners: KeyOwners
}

/** Answers from the stores of a stream application: no database is between. What another instance has is answered with its address. */
export function addStateRoutes(http: Http, { applicationId, streams, owners }: StateRoutes): void {
  const byId = streams.store<string, TransferEnriched>(transferStores.byId)
  const transferOf = (id: string) => owners.read(enriched.name, id, () => byId.get(id))
  const lists = [transferStores.sent, transferStores.received].map((name) => {
    const store = streams.store<string, readonly number[]>(name)
    return (id: string) => owners.read(`${applicationId}-by-${name}-repartition`, id, () => store.get(id))
  })
  http.get('/state/transfers/:id', { schema: { params: idParams } }, ({ params: { id } }) =>
    whenRunning(streams, async () => {
      const transfer = await transferOf(String(id))
      if (transfer === null) throw notFound('transfer', id)
      return toDocument(transfer)
    }),
  )
  http.get('/state/users/:id/transfers', { schema: { params: idParams } }, ({ params: { id } }) =>
    whenRunning(streams, async () => {
      const found = await Promise.all(lists.map((listOf) => listOf(String(id))))
      const newest = [...new Set(found.flatMap((ids) => ids ?? []))].sort((left, right) => right - left).slice(0, 100)
      const transfers = await Promise.all(newest.map((one) => transferOf(String(one)))).catch((error: unknown) => {
        throw onSeveralInstances(error, id)
      })
      return { content: transfers.flatMap((transfer) => (transfer === null ? [] : [toDocument(transfer)])) }
    }),
  )
  http.get('/state/metadata', () => ({ state: streams.state, tasks: streams.localTasks() }))
}

/** A user's list is on the instance that has the user, its transfers are where their ids are. */
function onSeveralInstances(error: unknown, id: number): unknown {
  if (!(error instanceof Problem) || error.status !== 421) return error
  return new Problem(
    501,
    `Transfers of user ${id} are on several instances, and none answers for another: run one instance, or read from core-read.`,
    {},
    { cause: error },
  )
}
