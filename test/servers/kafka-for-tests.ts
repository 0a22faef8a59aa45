import type { Test } from 'tap'
import { kafkaUnavailable, startKafka } from './kafka.ts'
import type { KafkaServer, KafkaServerOptions } from './kafka.ts'

/** The shared broker of a test process: `KAFKA_BOOTSTRAP_SERVERS` where set, else one of its own, which ends with the test. */
export async function sharedKafka(t: Test): Promise<string | null> {
  const given = process.env['KAFKA_BOOTSTRAP_SERVERS']
  if (given !== undefined && given !== '') return given
  return (await ownKafka(t))?.bootstrapServers ?? null
}

/** A broker that the test may stop and kill. Null where none can be started: the test then ends, skipped; in CI it fails. */
export async function ownKafka(t: Test, options: KafkaServerOptions = {}): Promise<KafkaServer | null> {
  const reason = kafkaUnavailable()
  if (reason !== null) {
    const message = `No real Kafka here: ${reason}.`
    console.error(`SKIPPED ${t.name}: ${message}`)
    if (process.env['CI'] === undefined) t.pass(message, { skip: message })
    else t.fail(message)
    return null
  }
  const server = await startKafka(options)
  t.teardown(() => server.stop())
  return server
}
