import type { Test } from 'tap'
import { isMissing } from './is-missing.ts'
import { startKafka } from './kafka.ts'
import type { KafkaServer, KafkaServerOptions } from './kafka.ts'
import { javaUnavailable } from './maven.ts'

/** The shared broker of a test process: `KAFKA_BOOTSTRAP_SERVERS` where set, else one of its own, which ends with the test. */
export async function sharedKafka(t: Test): Promise<string | null> {
  const given = process.env['KAFKA_BOOTSTRAP_SERVERS']
  if (given !== undefined && given !== '') return given
  return (await ownKafka(t))?.bootstrapServers ?? null
}

/** A broker that the test may stop and kill. Null where none can be started: the test then ends, skipped; in CI it fails. */
export async function ownKafka(t: Test, options: KafkaServerOptions = {}): Promise<KafkaServer | null> {
  const reason = javaUnavailable()
  if (isMissing(t, reason === null ? null : `No real Kafka here: ${reason}`)) return null
  const server = await startKafka(options)
  t.teardown(() => server.stop())
  return server
}
