import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { StorageFactory } from '../../lib/index.ts'
import { openLmdbStorage, StreamsBuilder } from '../../lib/index.ts'
import type { ProducedRecord, TopologyTestDriverConfig } from '../../lib/testing.ts'
import { TopologyTestDriver } from '../../lib/testing.ts'
import { counts, lines, wordCount } from '../runtime/word-count.ts'

async function lmdb(t: Test): Promise<StorageFactory> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-driver-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  return openLmdbStorage(dir)
}

/** Counts the words of one line more, in a driver of its own. */
function count(
  value: string,
  config: TopologyTestDriverConfig,
): { readonly read: unknown; readonly produced: readonly ProducedRecord[] } {
  using driver = new TopologyTestDriver(wordCount(), config)
  driver.createInputTopic(lines).pipeInput({ key: 'k', value, timestamp: 0 })
  const read = Object.fromEntries(driver.createOutputTopic(counts).readKeyValuesToMap())
  return { read, produced: driver.produced() }
}

t.test('a later driver finds what an earlier one has stored', async (t) => {
  for (const partitions of [1, 2]) {
    const storage = await lmdb(t)
    t.strictSame(count('a b', { storage, partitions }).read, { a: 1, b: 1 })
    t.strictSame(count('a', { storage, partitions }).read, { a: 2 })
    t.strictSame(count('a', { storage, partitions, applicationId: 'another' }).read, { a: 1 })
  }
})

t.test('what a changelog has beyond storage is restored, and nothing twice', async (t) => {
  const storage = await lmdb(t)
  const first = count('a b', { storage })
  const second = count('a', { changelogs: first.produced })
  const changelogs = [...first.produced, ...second.produced]
  const third = count('a', { storage, changelogs })
  t.strictSame(third.read, { a: 3 })
  t.strictSame(count('b', { storage, changelogs: [...changelogs, ...third.produced] }).read, { b: 2 })
})

t.test('global stores are kept, too', async (t) => {
  const storage = await lmdb(t)
  const open = () => {
    const builder = new StreamsBuilder()
    builder.globalTable(lines, { store: 'all' })
    return new TopologyTestDriver(builder.build(), { storage })
  }
  using first = open()
  first.createInputTopic(lines).pipeInput({ key: 'k', value: 'v', timestamp: 0 })
  t.throws(() => open(), { code: 'STREAMS_STORAGE_LOCKED' }, 'a driver has its storage to itself')
  first.close()
  using second = open()
  t.equal(second.stateStore<{ get(key: string): { value: string } }>('all').get('k').value, 'v')
})
