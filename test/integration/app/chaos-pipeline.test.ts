import t from 'tap'
import { directory } from '../../storage/media.ts'
import { chaosPipeline } from '../../app/chaos-pipeline.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(600_000)

for (const enrichers of [1, 3])
  t.test(`E7: ${enrichers} enrichers, random writes, broken rows and kills: read API and page are the join in SQL`, async (t) => {
    t.setTimeout(300_000)
    const outcome = await chaosPipeline({ writes: 600, kills: 3, seed: enrichers, enrichers, badRows: 15, dir: directory(t) })
    t.match(outcome, { readApi: [], page: [], lost: [], gaps: 0, kills: 3 })
    t.ok(
      outcome.cuts > 0 && outcome.reloads > 0,
      `the page was cut off ${outcome.cuts} times, and loaded ${outcome.reloads} times`,
    )
    t.comment(`${outcome.acknowledged} writes acknowledged`)
  })
