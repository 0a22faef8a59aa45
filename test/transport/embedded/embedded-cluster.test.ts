import t from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { compactionCase, compactionSentence } from '../../conformance/transport/compaction-case.ts'
import { transportSuite } from '../../conformance/transport-suite.ts'

const open = async () => {
  const clock = new ManualClock(1_700_000_000_000)
  const cluster = new EmbeddedCluster({ clock, chance: seededChance(1) })
  const passTime = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { cluster, close: () => cluster.close(), passTime }
}

transportSuite(t, { name: 'embedded', open })

t.test(`embedded: ${compactionSentence}`, async (t) => {
  const { cluster, close, passTime } = await open()
  t.teardown(close)
  await compactionCase(t, cluster, passTime)
})
