import { readFileSync } from 'node:fs'
import t from 'tap'
import { deployPage, pagePath } from '../../deploy-docs.ts'

const command = 'node --conditions=millrace-source tools/deploy-docs.ts --update'

await t.test(`the reference of docs/deploy.md is what the services take: run \`${command}\``, async (t) => {
  t.equal(readFileSync(pagePath, 'utf8'), await deployPage())
})
