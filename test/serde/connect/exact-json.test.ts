import fc from 'fast-check'
import t from 'tap'
import { parseExactJson } from '../../../lib/serde/connect/exact-json.ts'

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown

/** What is meant, said in the slowest way. */
const meant = (text: string): unknown =>
  parseWithSource(text, (_key, value, { source }) => (typeof value === 'number' && String(value) !== source ? source : value))

const whole = fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n }).map(String)
const fraction = fc.tuple(whole, fc.integer({ min: 0, max: 99_999 })).map(([left, right]) => `${left}.${right}0`)
const power = fc.tuple(fraction, fc.constantFrom('e5', 'E+30', 'e-400', 'E400')).map((parts) => parts.join(''))
const number = fc.oneof(whole, fraction, power, fc.constantFrom('-0', '0', '-0.0', '1.5', '9007199254740993', '1790000000000000'))
const space = fc.constantFrom('', ' ', '\n\t ')
/** Texts that look like JSON with numbers. */
const string = fc
  .array(fc.oneof(number, fc.string(), fc.constantFrom(',', ':', '[', ']', '}', '"', '\\', ' ')))
  .map((parts) => JSON.stringify(parts.join('')))

const { json } = fc.letrec<{ json: string; list: string; object: string }>((tie) => ({
  json: fc.oneof({ maxDepth: 4 }, number, string, fc.constantFrom('null', 'true', 'false'), tie('list'), tie('object')),
  list: fc
    .tuple(space, fc.array(tie('json'), { maxLength: 5 }))
    .map(([gap, items]) => `[${gap}${items.join(`${gap},${gap}`)}${gap}]`),
  object: fc
    .tuple(space, fc.array(fc.tuple(string, tie('json')), { maxLength: 5 }))
    .map(([gap, fields]) => `{${gap}${fields.map(([name, value]) => `${name}${gap}:${gap}${value}`).join(`${gap},`)}${gap}}`),
}))

t.test('any JSON is read as with a look at the source of each number', async (t) => {
  fc.assert(
    fc.property(json, (text) => {
      t.strictSame(parseExactJson(text), meant(text), 'as meant', { text })
    }),
    { numRuns: 1_000 },
  )
  t.end()
})

t.test('a number in a text is a part of it', async (t) => {
  t.same(parseExactJson('{"a":"b,9007199254740993,c","d":9007199254740993}'), {
    a: 'b,9007199254740993,c',
    d: '9007199254740993',
  })
})

t.test('what is no JSON is refused', async (t) => {
  for (const text of ['', '{', '[1,]', '01234567890123456789', '[1.]', '[1e]', '{"a":12345678901234567.}', 'NaN'])
    t.throws(() => parseExactJson(text), { code: 'STREAMS_CONNECT_SCHEMA' }, text)
})
