import t from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'
import { simultaneousStarts } from '../../torture/simultaneous-starts.ts'

const rounds = Number(process.env['ROUNDS'] ?? 3)

t.test('two processes that start at once with a backlog count each record once, or their log says why not', async (t) => {
  const server = await ownKafka(t)
  if (server === null) return
  const { bootstrapServers } = server
  const outcomes = await simultaneousStarts({ bootstrapServers, rounds, chance: seededChance(1) })
  t.equal(outcomes.length, rounds)
  for (const { faults, warnings } of outcomes) t.same(faults, [], warnings.join('\n'))
})
