import t from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { membershipSuite } from '../../conformance/membership-suite.ts'
import { simulate } from '../simulated-time.ts'
import { classicGroup } from './classic-group.ts'

membershipSuite(t, {
  name: 'classic, by the ports of the embedded broker',
  inGroup: async (t, play) => {
    const clock = new ManualClock(1_000_000)
    const cluster = new EmbeddedCluster({ clock, chance: seededChance(7) })
    t.teardown(() => cluster.close())
    const group = await classicGroup(cluster, clock, 'app', 1000)
    t.teardown(() => group.close())
    await simulate(clock, () => play(group))
  },
})

membershipSuite(t, {
  name: 'classic, by our own connection',
  inGroup: async (t, play) => {
    const embedded = await EmbeddedKafka.open()
    t.teardown(() => embedded.close())
    const { bootstrapServers } = await embedded.listen(0)
    const group = await classicGroup(kafka({ bootstrapServers }), systemClock, 'app', 10_000)
    t.teardown(() => group.close())
    await play(group)
  },
})
