import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Page } from '../../../contracts/bff.ts'
import type { TransferRow } from '../../../contracts/feed.ts'
import { useApp } from '../app/app.ts'
import { glyphs } from '../table/columns.ts'
import { counted, money, time } from '../words/numbers.ts'

type Answer = { readonly page: Page<TransferRow> } | { readonly failure: string }

/** The same question asked of the read API, which has all rows: those that this page no longer holds, too. */
export function OlderRows(): JSX.Element {
  const { navigation } = useApp()
  const answer = useSignal<Answer | null>(null)
  const ask = async (): Promise<void> => {
    answer.value = await readApi(navigation.view.value)
  }
  const { value } = answer
  return (
    <section class="rows older" aria-label="The read API">
      <div class="tools">
        <h2>The read API’s rows</h2>
        {value !== null && 'page' in value && <span class="label">{counted(value.page.page.totalElements, 'row')}</span>}
        <button type="button" onClick={() => void ask()}>
          {value === null ? 'Ask it' : 'failure' in value ? 'Retry' : 'Ask again'}
        </button>
      </div>
      {value !== null && 'failure' in value && (
        <p class="empty" role="alert">
          <span class="bad">{value.failure}</span> Users and new transfers work.
        </p>
      )}
      {value !== null && 'page' in value && <Rows rows={value.page.content} />}
    </section>
  )
}

function Rows({ rows }: { readonly rows: readonly TransferRow[] }): JSX.Element {
  if (rows.length === 0) return <p class="empty">None matches there.</p>
  return (
    <ul class="documents">
      {rows.map(({ id, fromUserName, toUserName, amount, status, lastUpdatedAt }) => (
        <li key={id}>
          #{id} <bdi>{fromUserName ?? 'unknown'}</bdi> → <bdi>{toUserName ?? 'unknown'}</bdi> {money(amount)} {glyphs[status]}{' '}
          {status} <span class="muted">{time(Date.parse(lastUpdatedAt))}</span>
        </li>
      ))}
    </ul>
  )
}

async function readApi({ user, status }: { readonly user: string; readonly status: string | null }): Promise<Answer> {
  const parameters = new URLSearchParams({ size: '20' })
  if (/^\d+$/.test(user.trim())) parameters.set('userId', user.trim())
  if (status !== null) parameters.set('status', status)
  const response = await fetch(`/api/transfers?${parameters.toString()}`).catch(() => null)
  if (response === null) return { failure: 'The read API does not answer.' }
  if (!response.ok) return { failure: `The read API does not answer (${response.status}).` }
  return { page: (await response.json()) as Page<TransferRow> }
}
