import t from 'tap'
import { currentErrorsPage, errorsPage } from '../../.ci/error-docs.ts'

t.test('docs/errors.md is what the types and texts of errors say: run `node .ci/error-docs.ts --update`', async (t) => {
  t.equal(currentErrorsPage(), await errorsPage())
})
