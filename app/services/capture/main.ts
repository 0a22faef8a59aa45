import { Gauge } from 'prom-client'
import Type from 'typebox'
import { codeOf, errorClassOf } from '../../../examples/transfer-pipeline/errors/error-class.ts'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { KafkaRawTopics } from '../../adapters/kafka/kafka-raw-topics.ts'
import { BankDatabase } from '../../adapters/sqlite/bank-database.ts'
import { SqliteChangeFeed } from '../../adapters/sqlite/sqlite-change-feed.ts'
import { deadLetterTopicOf } from '../../capture/dead-letter.ts'
import { topicOf } from '../../capture/envelope.ts'
import { Source } from '../../capture/source.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { clusterConfig, serviceConfig } from '../../platform/config.ts'
import { addErrorCounts } from '../../platform/http/error-counts.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'

const config = Type.Object({
  ...serviceConfig(8092),
  ...clusterConfig,
  table: Type.Enum(['users', 'transfers'], { description: 'The table whose changes are captured: users or transfers.' }),
  database: Type.String({ description: 'SQLite file that has the table.' }),
  pollIntervalMs: Type.Integer({ default: 10, minimum: 1, description: 'How often the database is asked for changes, in ms.' }),
})

/** The connector of one table: the pipeline has two of them, as it has two databases. */
export const capture: ServiceDefinition<typeof config> = {
  name: 'capture',
  summary: 'Captures the changes of one table into its raw topic, as a Debezium connector does.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const log = context.log.child({ table: given.table })
    const database = new BankDatabase(given.database, given.table)
    parts.defer(() => database.close())
    const envelope = { prefix: 'raw', database: 'bank', table: given.table }
    const topics = await KafkaRawTopics.open(clusterOf(given, context), [topicOf(envelope), deadLetterTopicOf(envelope)])
    parts.defer(() => topics.close())
    const counts = new ErrorCounts()
    let lagS = 0
    const source = new Source(new SqliteChangeFeed(database, given.table), topics, {
      ...envelope,
      pollIntervalMs: given.pollIntervalMs,
      onSent: ({ timeMs }) => void (lagS = Math.max(0, Date.now() - timeMs) / 1000),
      onDeadLetter: ({ position }, error) => {
        counts.add('dlq_records_total', { topic: topicOf(envelope), class: errorClassOf(codeOf(error)) })
        log.warn({ position }, `dead letter: ${error.message}`)
      },
    })
    await source.start()
    parts.dependsOn(source.done)
    parts.defer(() => source.stop())
    const http = await openHttp({ name: 'capture', log })
    addErrorCounts(http, counts)
    new Gauge({
      name: 'cdc_source_lag_seconds',
      help: 'From the commit of the newest captured change to its acknowledgement by the broker.',
      labelNames: ['table'],
      registers: [http.metrics],
      collect() {
        this.set({ table: given.table }, lagS)
      },
    })
    return await parts.listen(http, given)
  },
}

if (import.meta.main) await runService(capture)
