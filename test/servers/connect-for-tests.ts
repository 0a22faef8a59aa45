import type { Test } from 'tap'
import { startConnect } from './connect.ts'
import type { ConnectServer } from './connect.ts'
import { isMissing } from './is-missing.ts'
import { javaUnavailable } from './maven.ts'

/** A worker of Kafka Connect that ends with the test. Null where none can be started: the test then ends, skipped; in CI it fails. */
export async function ownConnect(t: Test, bootstrapServers: string): Promise<ConnectServer | null> {
  const reason = javaUnavailable()
  if (isMissing(t, reason === null ? null : `No Kafka Connect here: ${reason}`)) return null
  const server = await startConnect(bootstrapServers)
  t.teardown(() => server.stop())
  return server
}
