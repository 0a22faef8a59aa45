import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))

for (const patch of readdirSync(`${root}/test/mutants`))
  t.test(`test/mutants/${patch} still applies: if the code has moved, plant the same fault where it is now`, async (t) => {
    const { status, stderr } = spawnSync('git', ['apply', '--check', '--recount', `test/mutants/${patch}`], {
      cwd: root,
      encoding: 'utf8',
    })
    t.equal(status, 0, stderr)
  })
