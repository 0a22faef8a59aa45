import Type from 'typebox'
import type { Http } from '../platform/http/open-http.ts'
import type { Operations } from './operations.ts'

const rangesMs = { '5m': 300_000, '15m': 900_000, '1h': 3_600_000 } as const
type Range = keyof typeof rangesMs

const chartsQuery = Type.Object(
  { range: Type.Enum(Object.keys(rangesMs) as Range[], { default: '15m', description: 'How far the charts go back.' }) },
  { additionalProperties: false },
)

/** What contracts/operations.ts says, but the health that the BFF tells. */
export function addOperationsRoutes(http: Http, operations: Operations): void {
  http.get('/api/operations', { schema: { summary: 'Health, applications and alert rules of all that runs.' } }, () =>
    operations.current(),
  )
  http.get(
    '/api/operations/charts',
    { schema: { summary: 'What was measured in the last minutes.', querystring: chartsQuery } },
    ({ query }) => operations.charts(rangesMs[query.range as Range]),
  )
}
