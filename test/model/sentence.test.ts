import t from 'tap'
import { sentenceOf } from '../../lib/model/sentence.ts'

t.test('the text of any error ends, so that a sentence can follow', async (t) => {
  t.equal(sentenceOf(new Error('no more')), 'no more.')
  t.equal(sentenceOf(new Error('no more. ')), 'no more.')
  t.equal(sentenceOf(new Error('what?')), 'what?')
  t.equal(sentenceOf(new TypeError('')), 'TypeError.')
  t.equal(sentenceOf('a text'), 'a text.')
})
