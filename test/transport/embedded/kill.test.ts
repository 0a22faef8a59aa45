import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { EmbeddedKafka } from '../../../lib/embedded.ts'

const kills = 25

/** Everything that any child was told to be done, over all its lives. */
interface Acknowledged {
  readonly records: Map<string, string>
  readonly topics: Set<string>
  commit: number
}

async function runUntilKilled(path: string, delayMs: number): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=millrace-source', join(import.meta.dirname, 'kill-child.ts'), path])
  const chunks: Buffer[] = []
  const errors: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => void errors.push(chunk))
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  await setTimeout(delayMs)
  child.kill('SIGKILL')
  const [, signal] = (await closed) as [number | null, string | null]
  if (signal !== 'SIGKILL') throw new Error(`The child ended by itself: ${Buffer.concat(errors).toString()}`)
  return Buffer.concat(chunks).toString()
}

function note(output: string, acknowledged: Acknowledged): void {
  // The last line may be cut off.
  for (const line of output.split('\n').slice(0, -1)) {
    const [kind, first, second, third] = line.split(' ') as [string, string, string, string]
    if (kind === 'record') acknowledged.records.set(`${first}/${second}`, third)
    if (kind === 'topic') acknowledged.topics.add(first)
    if (kind === 'commit') acknowledged.commit = Number(first)
  }
}

async function missing(path: string, acknowledged: Acknowledged): Promise<string[]> {
  const cluster = await EmbeddedKafka.open({ dir: path })
  const stored = new Map<string, string>()
  for (const partition of [0, 1]) {
    const limits = {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1e9,
      maxBytesPerPartition: 1e9,
      isolationLevel: 'read_uncommitted',
    } as const
    const [fetched] = cluster.broker.read([{ topic: 'in', partition, offset: 0 }], limits)
    for (const batch of fetched?.batches ?? [])
      stored.set(`${partition}/${batch.baseOffset}`, Buffer.from(batch.value(0)!).toString())
  }
  const lost = [...acknowledged.records]
    .filter(([at, value]) => stored.get(at) !== value)
    .map(([at, value]) => `record ${at} ${value}`)
  for (const topic of acknowledged.topics) if (cluster.broker.topics.get(topic) === undefined) lost.push(`topic ${topic}`)
  const commit = cluster.broker.offsets.of('group', [{ topic: 'in', partition: 0 }])[0]?.offset ?? 0
  if (commit < acknowledged.commit) lost.push(`commit ${acknowledged.commit}, found ${commit}`)
  await cluster.close()
  return lost
}

t.test(`nothing that was acknowledged is lost in ${kills} kills`, { timeout: 120_000 }, async (t) => {
  const path = join(t.testdir(), 'log')
  const chance = seededChance(20_261_124)
  const acknowledged: Acknowledged = { records: new Map(), topics: new Set(), commit: 0 }
  for (let kill = 0; kill < kills; kill++) {
    note(await runUntilKilled(path, chance.float() * 40), acknowledged)
    t.same(await missing(path, acknowledged), [], `kill ${kill}: ${acknowledged.records.size} records`)
  }
  t.ok(acknowledged.records.size > kills, 'the children got somewhere')
})
