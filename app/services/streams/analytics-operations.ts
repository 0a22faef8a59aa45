import Type from 'typebox'
import { idParams } from '../../bank/http.ts'
import { answers } from '../../platform/http/openapi.ts'
import { list } from '../../platform/http/schema-parts.ts'

const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }))
const size = Type.Integer({ minimum: 1, maximum: 500, default: 100, description: 'How many at most.' })
const userId = Type.Optional(idParams.properties.id)
const from = time('Those that begin then or later.')
const window = {
  windowStart: Type.Integer({ description: 'ms since the epoch.' }),
  windowEnd: Type.Integer({ description: 'ms since the epoch.' }),
}
const sent = { sentCount: Type.Integer(), sentTotal: Type.String({ description: 'An exact decimal.' }) }

const hourTotals = Type.Object(
  {
    userId: Type.Integer(),
    ...window,
    ...sent,
    final: Type.Boolean({ description: 'The hour is closed.' }),
    corrected: Type.Object(sent, { description: 'Over the transfers as they are now.' }),
  },
  { title: 'HourTotals' },
)

const alert = Type.Object(
  {
    alertId: Type.String(),
    userId: Type.Integer(),
    rule: Type.Enum(['VELOCITY', 'AMOUNT']),
    ...window,
    observed: Type.String(),
    threshold: Type.String(),
    transferIds: list(Type.Integer()),
  },
  { title: 'Alert' },
)

/** What may be asked of hours and alerts, of the application and at the BFF, which passes it on. */
export const analyticsOperations = {
  totals: {
    operationId: 'listTotals',
    summary: 'What users sent, by the hour, newest first.',
    querystring: Type.Object(
      { userId, from, to: time('Those that begin then or earlier.'), size },
      { additionalProperties: false },
    ),
    response: answers({ 200: Type.Object({ content: list(hourTotals) }) }, 503),
  },
  alerts: {
    operationId: 'listAlerts',
    summary: 'Alerts of the last day, newest first.',
    querystring: Type.Object({ userId, from, size }, { additionalProperties: false }),
    response: answers({ 200: Type.Object({ content: list(alert) }) }, 503),
  },
} as const
