import { randomUUID } from 'node:crypto'
import t from 'tap'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { membershipSuite } from '../../conformance/membership-suite.ts'
import { classicGroup } from '../../runtime/membership/classic-group.ts'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'
import { connectionsToTest } from '../../transport/kafka/connections-to-test.ts'

const bootstrapServers = await sharedKafka(t)
if (bootstrapServers !== null)
  for (const connection of connectionsToTest(t))
    membershipSuite(t, {
      name: `classic, on Kafka over ${connection}`,
      inGroup: async (t, play) => {
        const group = await classicGroup(
          kafka({ bootstrapServers, connection }),
          systemClock,
          `membership-${randomUUID()}`,
          10_000,
        )
        t.teardown(() => group.close())
        await play(group)
      },
    })
