import { test } from 'tap'
import { applications } from '../../../examples/transfer-pipeline/main.ts'
import { topologyDocument } from '../../../app/topology/document.ts'
import { rateText, ratesOf, widthOf } from '../../../app/web/page/graph/flow-rates.ts'
import { graphLayout } from '../../../app/web/page/graph/graph-layout.ts'
import { graphModel } from '../../../app/web/page/graph/graph-model.ts'

for (const [name, make] of Object.entries(applications))
  test(`UI5: the graph of ${name} has each node, store, topic and arrow of its topology, open or closed`, async (t) => {
    const document = topologyDocument(name, make({}))
    const nodes = document.parts.flatMap((part) => part.nodes)
    const topics = new Set(nodes.flatMap((node) => node.topics))
    const all = graphModel(document, new Set(document.parts.map(({ id }) => id)))
    const names = (kind: string): string[] => all.nodes.filter((node) => node.kind === kind).map((node) => node.name).toSorted() // prettier-ignore
    for (const kind of ['source', 'processor', 'sink'])
      t.same(names(kind), nodes.filter((node) => node.kind === kind).map((node) => node.name).toSorted(), kind) // prettier-ignore
    t.same(names('topic'), [...topics].toSorted())
    t.same(names('store'), document.parts.flatMap(({ stores }) => stores.map((store) => store.name)).toSorted())
    t.equal(all.edges.length, nodes.reduce((sum, { topics: own, successors, stores }) => sum + own.length + successors.length + stores.length, 0)) // prettier-ignore
    const closed = graphModel(document, new Set())
    t.equal(closed.nodes.length, topics.size + document.parts.length)

    for (const model of [all, closed]) {
      const { boxes, lines, width, height } = graphLayout(model)
      t.equal(lines.length, model.edges.length)
      for (const { id, kind, part } of model.nodes) {
        const box = boxes.get(id)!
        const isInside = box.x - box.width / 2 >= 0 && box.y - box.height / 2 >= 0 && box.x + box.width / 2 <= width && box.y + box.height / 2 <= height // prettier-ignore
        if (!isInside) t.fail(`${id} is outside of the drawing`)
        if (part === null || kind === 'part') continue
        const outer = boxes.get(`part ${part}`)!
        if (Math.abs(box.x - outer.x) + box.width / 2 > outer.width / 2 + 1) t.fail(`${id} is outside of its sub-topology`)
      }
    }
  })

test('rates are what came between two answers of one process', async (t) => {
  const before = { at: 1000, topics: { a: 10, b: 5 }, stores: {} }
  t.same(Object.fromEntries(ratesOf(before, { at: 3000, topics: { a: 30, b: 5, c: 9 }, stores: {} })), { a: 10, b: 0, c: 0 })
  t.same([...ratesOf(null, before)], [])
  t.same([...ratesOf(before, { ...before, at: 500 })], [], 'another process')
  t.same([...ratesOf(before, { at: 2000, topics: { a: 0 }, stores: {} })], [['a', 0]], 'a topic that was made anew')
  t.same([rateText(0), rateText(0.4), rateText(1203.4)], ['0/s', '0.4/s', '1,203/s'])
  t.same([widthOf(0), widthOf(1e9)], [1, 6])
})
