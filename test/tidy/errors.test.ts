import t from 'tap'
import { currentErrorsPage, errorsPage } from '../../tools/error-docs.ts'

t.test('docs/errors.md is what the types and texts of errors say: run `node tools/error-docs.ts --update`', async (t) => {
  t.equal(currentErrorsPage(), await errorsPage())
})
