import t from 'tap'
import { applications } from '../../examples/transfer-pipeline/main.ts'
import { architecturePage, currentPage } from '../../tools/architecture/architecture.ts'
import { described } from '../../app/topology/described.ts'

t.test('docs/architecture.md is what describe() says: run `npm run architecture`', async (t) => {
  t.equal(currentPage(), await architecturePage())
})

t.test('no line of describe() is lost on the way to a diagram', async (t) => {
  for (const [id, make] of Object.entries(applications)) {
    const text = make({}).describe()
    const nodes = described(text).flatMap((part) => part.nodes)
    const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length
    t.equal(nodes.length, count(/^ +(Source|Processor|Sink): /gm), `${id}: nodes`)
    const arrows = [...text.matchAll(/^ +--> (?!none$)(.+)$/gm)].flatMap(([, names = '']) => names.split(', '))
    t.same(nodes.flatMap(({ successors }) => successors), arrows, `${id}: arrows`) // prettier-ignore
    t.ok(nodes.every(({ kind, topics }) => (kind === 'processor') === (topics.length === 0)), `${id}: topics`) // prettier-ignore
  }
})
