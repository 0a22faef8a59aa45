import type { JSX } from 'preact'
import type { WatchedAlert, WatchedRule } from '../../../contracts/operations.ts'
import { PageLink } from '../view/page-link.tsx'
import { live } from '../view/view.ts'
import { time } from '../words/numbers.ts'
import { alertWords, byUrgency, span } from './operate-words.ts'
import { Head, Section } from './section.tsx'

/** What holds now and what to do about it, then every rule. */
export function AlertsSection({ rules }: { readonly rules: readonly WatchedRule[] }): JSX.Element {
  const holding = byUrgency(rules).flatMap((rule) => rule.alerts.map((alert) => ({ rule, alert })))
  return (
    <Section title="Alerts" hint="the rules of app/observability/alerts.yml">
      {holding.length === 0 && <p class="empty">No alert: no condition of a rule holds.</p>}
      <div role="status">
        <ul class="alerts" aria-label="Alerts that hold">
          {holding.map(({ rule, alert }) => (
            <Alert key={`${rule.name} ${alert.summary}`} rule={rule} alert={alert} />
          ))}
        </ul>
      </div>
      <details>
        <summary>{`All ${rules.length} rules`}</summary>
        <Rules rules={byUrgency(rules)} />
      </details>
    </Section>
  )
}

function Alert({ rule, alert }: { readonly rule: WatchedRule; readonly alert: WatchedAlert }): JSX.Element {
  return (
    <li>
      <span class={alert.state === 'firing' ? 'bad' : 'warn'}>{alertWords[alert.state]}</span>{' '}
      <span class="muted">since {time(alert.since)}</span> {alert.summary} <Next text={rule.next} />
    </li>
  )
}

/** What to do; a page that it names is a link. */
function Next({ text }: { readonly text: string }): JSX.Element {
  const [before, after] = text.split('/dead-letters')
  if (after === undefined) return <span>{text}</span>
  return (
    <span>
      {before}
      <PageLink view={{ ...live, page: 'dead-letters' }}>Dead letters</PageLink>
      {after}
    </span>
  )
}

function Rules({ rules }: { readonly rules: readonly WatchedRule[] }): JSX.Element {
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label="All rules">
      <table>
        <Head names={['Rule', 'State', 'Condition', 'What to do']} />
        <tbody>
          {rules.map(({ name, state, expression, forMs, next }) => (
            <tr key={name} class="row">
              <th scope="row">{name}</th>
              <td class={`short${state === 'firing' ? ' bad' : state === 'pending' ? ' warn' : ''}`}>{alertWords[state]}</td>
              <td>
                <code class="mono">{expression}</code> {forMs > 0 && `for ${span(forMs)}`}
              </td>
              <td>
                <Next text={next} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
