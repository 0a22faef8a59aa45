import { readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import t from 'tap'
import { pagePath, parityPage } from '../../.ci/parity/page.ts'

t.test('each public class and method of Java has a row, and each name of Millrace in it exists', async (t) => {
  t.same(parityPage().problems, [])
})

t.test('the page is what `npm run parity` writes', async (t) => {
  const text = await format(parityPage().text, { ...(await resolveConfig(pagePath)), parser: 'markdown' })
  t.equal(readFileSync(pagePath, 'utf8'), text)
})
