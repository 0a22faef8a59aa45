import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import { useRegularly } from '../frame/use-regularly.ts'
import { time } from '../words/numbers.ts'
import { AlertsSection } from './alerts-section.tsx'
import { ApplicationsSection } from './applications-section.tsx'
import { ChartsSection } from './charts-section.tsx'
import { HealthSection } from './health-section.tsx'
import { OperateState } from './operate-state.ts'
import { span, summaryOf } from './operate-words.ts'

const everyMs = 2_000
const chartsEveryMs = 5_000
const state = new OperateState()

/** How everything is, what it has still to do, and what to do next. */
export function OperatePage(): JSX.Element {
  const { navigation } = useApp()
  const { range } = navigation.view.value
  useRegularly(() => state.look(), everyMs, [])
  useRegularly(() => state.lookBack(range), chartsEveryMs, [range])
  const now = state.now.value
  return (
    <>
      {state.failure.value !== null && (
        <p class="empty" role="alert">
          <span class="bad">{state.failure.value}</span> {now !== null && 'What you see is from before.'}
        </p>
      )}
      {now !== null && (
        <>
          <p class="operate-summary">
            {summaryOf(now)} <span class="muted">{`Watched since ${time(now.since)}, measured every ${span(now.everyMs)}.`}</span>
          </p>
          <AlertsSection rules={now.rules} />
          <HealthSection services={now.services} />
          <ApplicationsSection applications={now.applications} />
        </>
      )}
      <ChartsSection charts={state.charts.value} range={range} />
    </>
  )
}
