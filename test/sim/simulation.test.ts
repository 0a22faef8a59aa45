import t from 'tap'
import { runSeed } from './run-seed.ts'

for (const [level, seed] of [
  ['port', 2],
  ['wire', 2],
] as const)
  t.test(
    `level ${level}: nothing is lost over faults, all input is processed after them, and a replay does the same`,
    async (t) => {
      const first = await runSeed(seed, level)
      t.same(first.violations, [])
      t.ok(first.tookMs >= 120_000, `${first.tookMs} virtual ms`)
      t.ok(first.hits.size > 5, [...first.hits.keys()].join(', '))
      const second = await runSeed(seed, level)
      t.equal(second.hash, first.hash)
      t.equal(second.steps, first.steps)
      t.not((await runSeed(seed + 1, level)).hash, first.hash, 'another seed does other things')
    },
  )

t.test(
  'At least once, a row that was taken back before a commit may stay after a crash, and nothing else is wrong',
  async (t) => {
    for (const seed of [67, 320]) t.same((await runSeed(seed, 'port')).violations, [], `seed ${seed}`)
  },
)

t.test('Retention deletes only what was committed of the topic that has the name now', async (t) => {
  t.same((await runSeed(5727, 'port')).violations, [])
})

t.test('Where brokers cannot tell late requests of a transaction (version 1), none takes the group back', async (t) => {
  t.same((await runSeed(84, 'wire', { guarantee: 'exactly_once_v2' })).violations, [])
})
