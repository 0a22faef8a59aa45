import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import t from 'tap'
import { withBrowser } from './browser-test.ts'

const script = createRequire(import.meta.url).resolve('@mermaid-js/tiny')
const text = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8')
const diagrams = [...text.matchAll(/^```mermaid\n(.*?)^```/gms)].map(([, diagram]) => diagram!)

/** Boxes of all kinds that a diagram names: `n1["…"]`, `n2(["…"])`, `n3[("…")]`. */
const boxesOf = (diagram: string): string[] => [...diagram.matchAll(/^ *n\d+[[(]+"(.*?)"/gm)].map(([, label]) => label!)

await withBrowser(async ({ browser }) => {
  await t.test('Mermaid draws every diagram of docs/architecture.md, with all its boxes', async (t) => {
    const page = await browser.newPage()
    await page.setContent('<!doctype html><body></body>')
    await page.addScriptTag({ path: script })
    t.ok(diagrams.length >= 6, `${diagrams.length} diagrams`)
    for (const [number, diagram] of diagrams.entries()) {
      const drawn = await page.evaluate(
        async ([id, source]) => {
          const { mermaid } = globalThis as unknown as Mermaid
          mermaid.initialize({ startOnLoad: false, htmlLabels: false })
          const { svg } = await mermaid.render(id!, source!)
          document.body.innerHTML = svg
          return [...document.querySelectorAll('.node')].map((node) => (node.textContent ?? '').replaceAll(/\s+/g, ''))
        },
        [`diagram${number}`, diagram] as const,
      )
      const wanted = boxesOf(diagram).map((label) => label.replaceAll(/\s+/g, ''))
      t.same(drawn.toSorted(), wanted.toSorted(), `diagram ${number}: ${wanted.length} boxes`)
    }
    await page.close()
  })
})

interface Mermaid {
  readonly mermaid: {
    initialize(options: { readonly startOnLoad: boolean; readonly htmlLabels: boolean }): void
    render(id: string, source: string): Promise<{ readonly svg: string }>
  }
}
