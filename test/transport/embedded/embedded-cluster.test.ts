import t from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { transportSuite } from '../../conformance/transport-suite.ts'

transportSuite(t, {
  name: 'embedded',
  open: async () => {
    const clock = new ManualClock(1_700_000_000_000)
    const cluster = new EmbeddedCluster({ clock, chance: seededChance(1) })
    const passTime = async (ms: number): Promise<void> => {
      clock.advance(ms)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { cluster, close: () => cluster.close(), passTime }
  },
})
