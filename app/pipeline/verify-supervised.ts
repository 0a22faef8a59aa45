import { setTimeout as delay } from 'node:timers/promises'
import { openDatabases } from './databases.ts'
import type { DatabaseSettings } from './databases.ts'
import { awaitEqual } from './expected.ts'
import type { Supervised } from './supervisor/open-supervised.ts'
import type { Verified } from './verify.ts'
import { verify } from './verify.ts'

const timeoutMs = 60_000

/** Plays the script, kills the applications, and compares again. Resolves with the exit code. */
export async function verifySupervised(
  { supervisor }: Supervised,
  settings: DatabaseSettings,
  print: (line: string) => void,
): Promise<number> {
  await supervisor.ready()
  await using databases = await openDatabases(settings)
  const urls = supervisor.urls!
  const verified: Verified = {
    usersUrl: urls.users,
    transfersUrl: urls.transfers,
    readUrl: urls.read,
    users: databases.users,
    transfers: databases.transfers,
  }
  const code = await verify(verified, print)
  return code === 0 ? await verifyKill(supervisor, verified, print) : code
}

async function verifyKill(
  supervisor: Supervised['supervisor'],
  databases: Verified,
  print: (line: string) => void,
): Promise<number> {
  const startMs = performance.now()
  const deadPid = supervisor.kill()
  while (supervisor.system().phase !== 'recovered') await delay(20)
  const differences = await awaitEqual(supervisor.urls!.read, databases, timeoutMs)
  const { newPid } = supervisor.system().outage!
  const what = `the applications are killed with -9 (process ${deadPid}), and come back (process ${newPid})`
  print(`${differences.length === 0 ? 'ok    ' : 'FAILED'} ${what} (${Math.round(performance.now() - startMs)} ms)`)
  for (const difference of differences) print(`       ${difference}`)
  return differences.length === 0 ? 0 : 1
}
