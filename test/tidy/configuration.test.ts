import { readFileSync } from 'node:fs'
import t from 'tap'
import { configPage, pagePath } from '../../tools/config-docs.ts'

t.test('docs/configuration.md is what comments and defaults say: run `node tools/config-docs.ts --update`', async (t) => {
  t.equal(readFileSync(pagePath, 'utf8'), await configPage())
})
