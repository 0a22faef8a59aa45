import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Alert, HourTotals, Newest } from '../../../contracts/analytics.ts'
import { useApp } from '../app/app.ts'
import { get } from '../app/ask.ts'
import { useRegularly } from '../frame/use-regularly.ts'
import { count, money, time } from '../words/numbers.ts'

const everyMs = 2_000
const shownAlertsMs = 15 * 60_000

const hours = signal<readonly HourTotals[] | null>(null)
const alerts = signal<readonly Alert[] | null>(null)
const failure = signal<string | null>(null)

async function look(): Promise<void> {
  const [totals, told] = await Promise.all([get<Newest<HourTotals>>('/api/totals?size=200'), get<Newest<Alert>>('/api/alerts')])
  failure.value = 'failure' in totals ? totals.failure : 'failure' in told ? told.failure : null
  if ('value' in totals) hours.value = totals.value.content
  if ('value' in told) alerts.value = told.value.content
}

/** What users send by the hour, as it was first seen and as it is now, and who sends much at once. */
export function HoursPage(): JSX.Element {
  useRegularly(look, everyMs, [])
  return (
    <>
      {failure.value !== null && (
        <p class="empty" role="alert">
          <span class="bad">{failure.value}</span> {hours.value !== null && 'What you see is from before.'}
        </p>
      )}
      <section class="rows hours" aria-label="Alerts">
        <div class="tools">
          <h2>Alerts</h2>
        </div>
        <Alerts />
      </section>
      <section class="rows hours" aria-label="Hours">
        <div class="tools">
          <h2>
            What users sent <span class="label">first seen counts once; corrected follows edits and deletes</span>
          </h2>
        </div>
        <Hours />
      </section>
    </>
  )
}

function useName(): (id: number) => string {
  const { store } = useApp()
  return (id) => store.users.get(id)?.value?.name ?? `user ${id}`
}

function Alerts(): JSX.Element | null {
  const { store } = useApp()
  const nameOf = useName()
  if (alerts.value === null) return null
  const newest = alerts.value.filter(({ windowEnd }) => windowEnd > store.serverNow - shownAlertsMs)
  if (newest.length === 0) return <p class="empty">No alert in 15 minutes.</p>
  return (
    <ul class="alerts">
      {newest.map((alert) => (
        <li key={alert.alertId}>
          <span class="bad">{alert.rule === 'AMOUNT' ? 'Much money' : 'Many transfers'}</span>
          {': '}
          <bdi>{nameOf(alert.userId)}</bdi> {sentence(alert)}
        </li>
      ))}
    </ul>
  )
}

function sentence({ rule, observed, threshold, windowStart, windowEnd }: Alert): string {
  const what = rule === 'AMOUNT' ? `sent ${money(observed)}, more than ${money(threshold)},` : `sent ${observed} transfers`
  return `${what} between ${time(windowStart)} and ${time(windowEnd)}.`
}

const headings = ['Hour', 'User', 'Transfers', 'Sent', 'Corrected', 'State'] as const

function Hours(): JSX.Element | null {
  const nameOf = useName()
  if (hours.value === null) return null
  if (hours.value.length === 0) return <p class="empty">No transfer yet. Make one, or start the generator.</p>
  return (
    <div class="scroller">
      <table>
        <thead>
          <tr>
            {headings.map((heading) => (
              <th key={heading} scope="col" class={isNumber(heading) ? 'number' : undefined}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.value.map((hour) => (
            <tr key={`${hour.userId}@${hour.windowStart}`} class="row">
              <th scope="row">{`${time(hour.windowStart).slice(0, 5)}–${time(hour.windowEnd).slice(0, 5)}`}</th>
              <td>
                <bdi>{nameOf(hour.userId)}</bdi>
              </td>
              <td class="number">{count(hour.sentCount)}</td>
              <td class="number">{money(hour.sentTotal)}</td>
              <td class={`number${isCorrected(hour) ? ' corrected' : ''}`}>{correctedText(hour)}</td>
              <td>{hour.final ? 'final' : 'live'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const isNumber = (heading: string): boolean => ['Transfers', 'Sent', 'Corrected'].includes(heading)

const isCorrected = ({ sentCount, sentTotal, corrected }: HourTotals): boolean =>
  corrected.sentCount !== sentCount || corrected.sentTotal !== sentTotal

function correctedText({ sentCount, corrected }: HourTotals): string {
  const text = money(corrected.sentTotal)
  return corrected.sentCount === sentCount ? text : `${text} (${count(corrected.sentCount)})`
}
