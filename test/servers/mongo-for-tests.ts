import type { Test } from 'tap'
import { isMissing } from './is-missing.ts'
import { javaUnavailable } from './maven.ts'
import { startMongo } from './mongo.ts'
import type { MongoServer } from './mongo.ts'

/** A server of MongoDB's protocol that the test may kill. Null where none can be started: the test then ends, skipped; in CI it fails. */
export async function ownMongo(t: Test): Promise<MongoServer | null> {
  const reason = javaUnavailable()
  if (isMissing(t, reason === null ? null : `No MongoDB here: ${reason}`)) return null
  const server = await startMongo()
  t.teardown(() => server.stop())
  return server
}
