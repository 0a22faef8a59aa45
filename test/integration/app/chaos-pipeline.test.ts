import t from 'tap'
import { directory } from '../../storage/media.ts'
import { chaosPipeline } from '../../app/chaos-pipeline.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(600_000)

for (const [enrichers, kills] of [
  [1, 5],
  [3, 3],
] as const)
  t.test(
    `E7, X6: ${enrichers} enrichers, random writes, broken rows, kill -9 × ${kills}: all is as in SQL, and nothing is twice`,
    async (t) => {
      t.setTimeout(300_000)
      const outcome = await chaosPipeline({ writes: 600, kills, seed: enrichers, enrichers, badRows: 15, dir: directory(t) })
      t.match(outcome, { readApi: [], page: [], lost: [], gaps: 0, kills, balancesApart: 0 })
      t.same(outcome.twice, [], 'topics, read committed')
      t.ok(
        outcome.cuts > 0 && outcome.reloads > 0,
        `the page was cut off ${outcome.cuts} times, and loaded ${outcome.reloads} times`,
      )
      t.comment(`${outcome.acknowledged} writes acknowledged`)
    },
  )
