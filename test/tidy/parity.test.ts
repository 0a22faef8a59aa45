import { readFileSync } from 'node:fs'
import t from 'tap'
import { markdown } from '../../tools/markdown.ts'
import { pagePath, parityPage } from '../../tools/parity/page.ts'

t.test('each public class and method of Java has a row, and each name of Millrace in it exists', async (t) => {
  t.same(parityPage().problems, [])
})

t.test('the page is what `npm run parity` writes', async (t) => {
  t.equal(readFileSync(pagePath, 'utf8'), await markdown(parityPage().text, pagePath))
})
