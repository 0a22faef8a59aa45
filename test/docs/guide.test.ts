import { globSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { filledPage, guidePages, programsOf, readPage, shownBy, snippetsDir } from './pages.ts'
import { runSnippet } from './run-snippet.ts'

for (const path of guidePages)
  t.test(`${path} shows its programs as they are, and what they print: else run \`npm run docs:update\``, async (t) => {
    const page = readPage(path)
    const outputs = new Map<string, string>()
    for (const program of programsOf(page)) outputs.set(program, await runSnippet(join(snippetsDir, program)))
    t.equal(filledPage(page, outputs), page)
  })

t.test('every program is shown, and its output with it', async (t) => {
  const pages = guidePages.map(readPage)
  const programs = globSync('**/*.ts', { cwd: snippetsDir }).toSorted()
  t.same([...new Set(pages.flatMap(shownBy))].toSorted(), programs)
  // What others import prints nothing by itself.
  const modules = programs.filter((program) => /(-topology|\/service)\.ts$/.test(program))
  t.same([...new Set([...pages.flatMap(programsOf), ...modules])].toSorted(), programs)
})
