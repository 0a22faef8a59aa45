import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { test } from 'tap'
import { buildWeb } from '../../../app/web/build.ts'
import { pageHeaders, readPageFiles } from '../../../app/web/page-files.ts'

test('the page is built once per version of its sources, within its budget, and loads from its own origin only', async (t) => {
  const outDir = t.testdir()
  const first = await buildWeb({ outDir })
  t.ok(first.isFresh)
  const mark = join(first.dir, 'mark')
  await writeFile(mark, '')
  t.same(await buildWeb({ outDir }), { ...first, isFresh: false })
  const files = await readPageFiles(first.dir)
  const html = await readFile(join(first.dir, 'index.html'), 'utf8')
  const sizeOf = (end: string, isCounted: (path: string) => boolean = () => true): number =>
    [...files]
      .filter(([path]) => path.endsWith(end) && isCounted(path))
      .reduce((sum, [, { body }]) => sum + gzipSync(body).length, 0)
  const [firstJs, allJs, css] = [sizeOf('.js', (path) => html.includes(path)), sizeOf('.js'), sizeOf('.css')]
  t.comment(`first JS ${firstJs} B gzip, all JS ${allJs}, CSS ${css}`)
  t.ok(firstJs > 0 && firstJs <= 35_000, `first JS: ${firstJs} B gzip`)
  t.ok(css <= 10_000, `CSS: ${css} B gzip`)
  t.ok(allJs + css <= 90_000, `all: ${allJs + css} B gzip`)
  t.notMatch(html, /https?:|<style|style=|\son\w+=|<script(?![^>]*src=)/)
  t.match(files.get('/records')?.headers, pageHeaders)
  t.match(files.get('/')?.headers['cache-control'], 'no-cache')
})

test('a folder without a page is told', async (t) => {
  await t.rejects(readPageFiles(t.testdir()), /holds no page/)
})
