/**
 * One process of the enricher. Prints its tasks, a line of JSON each time they change; closes on SIGTERM.
 *
 *     node enricher-process.ts BOOTSTRAP REGISTRY STATE_DIR
 */
import { kafka, KafkaStreams, silentLogger } from 'millrace'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { enricherTopology } from '../../../examples/transfer-pipeline/topologies/enricher.ts'

const [bootstrapServers, registryUrl, stateDir] = process.argv.slice(2) as [string, string, string]
const streams = new KafkaStreams(enricherTopology(), {
  applicationId: 'transfer-enricher',
  cluster: kafka({ bootstrapServers }),
  schemaRegistry: schemasFor('registry', registryUrl),
  stateDir,
  commitIntervalMs: 100,
  sessionTimeoutMs: 2000,
  heartbeatIntervalMs: 300,
  logger: { ...silentLogger, error: (message) => console.error(message) },
})
await streams.start()

let printed = ''
const watch = setInterval(() => {
  const line = JSON.stringify({
    state: streams.state,
    tasks: streams.localTasks().map(({ taskId, state }) => [taskId, state]),
  })
  if (line !== printed) console.log(line)
  printed = line
  if (streams.state === 'error') process.exit(1)
}, 20)
process.once('SIGTERM', () => {
  clearInterval(watch)
  void streams.close()
})
