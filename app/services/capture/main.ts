import { Gauge } from 'prom-client'
import Type from 'typebox'
import { codeOf, errorClassOf } from '../../../examples/transfer-pipeline/errors/error-class.ts'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { KafkaRawTopics } from '../../adapters/kafka/kafka-raw-topics.ts'
import { databasePassword } from '../../adapters/mariadb/mariadb-address.ts'
import { openChangeFeed } from '../../adapters/open-change-feed.ts'
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
import { Waits } from '../../platform/waits.ts'

const config = Type.Object({
  ...serviceConfig(8092),
  ...clusterConfig,
  table: Type.Enum(['users', 'transfers'], { description: 'The table whose changes are captured: users or transfers.' }),
  database: Type.String({ description: 'Where the table is: a SQLite file, or mariadb://USER@HOST:PORT/DATABASE.' }),
  ...databasePassword,
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
    const [counts, waits] = [new ErrorCounts(), new Waits()]
    parts.checks(waits.check)
    const { feed, close } = await openChangeFeed(given, given.table, {
      onStatement({ kind, text }) {
        counts.add('statements_without_records_total', { table: given.table, kind })
        log.warn(
          { statement: text },
          `The table was changed by a statement that has no records (${kind}): readers keep its rows.`,
        )
      },
      onAway(error) {
        if (waits.check().reasons.length === 0) log.warn(`The database does not answer: ${error.message}`)
        counts.add('waits_total', { for: 'database' })
        waits.note('The database does not answer.')
      },
    })
    parts.defer(close)
    const envelope = { prefix: 'raw', database: 'bank', table: given.table }
    const topics = await KafkaRawTopics.open(clusterOf(given, context), [topicOf(envelope), deadLetterTopicOf(envelope)])
    parts.defer(() => topics.close())
    let lagS = 0
    const source = new Source(feed, topics, {
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
