import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import { post } from './post.ts'

/** One more instance of the enricher, or one less, by kill -9: owners move, and restores run. Only on a demo. */
export function EnricherButtons(): JSX.Element | null {
  const { system } = useApp()
  const failure = useSignal<string | null>(null)
  if (system.value?.allows.kill !== true) return null
  const press = (path: string) => () =>
    void post(path).then((answer) => (failure.value = 'failure' in answer ? answer.failure : null))
  return (
    <>
      <button type="button" title="Another process takes some of the tasks" onClick={press('/api/enrichers')}>
        Add enricher
      </button>
      <button
        type="button"
        class="danger"
        title="Kill −9: its tasks go to the others after 10 s"
        onClick={press('/api/enrichers/kill')}
      >
        Kill one
      </button>
      {failure.value !== null && (
        <span class="bad" role="alert">
          {failure.value}
        </span>
      )}
    </>
  )
}
