import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filledPage, guidePages, programsOf, readPage, root, snippetsDir } from './pages.ts'
import { runSnippet } from './run-snippet.ts'

// `npm run docs:update [PAGE…]` runs the programs of the pages, and writes code and output into them.

const only = process.argv.slice(2)
for (const path of guidePages.filter((page) => only.length === 0 || only.some((name) => page.includes(name)))) {
  const page = readPage(path)
  const outputs = new Map<string, string>()
  for (const program of programsOf(page)) {
    const started = performance.now()
    outputs.set(program, await runSnippet(join(snippetsDir, program)))
    console.log(`${program}: ${Math.round(performance.now() - started)} ms`)
  }
  writeFileSync(join(root, path), filledPage(page, outputs))
}
