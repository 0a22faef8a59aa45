import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import type { Person } from './side.tsx'
import { amountFault } from './rules.ts'
import { counted } from '../words/numbers.ts'

/** A transfer of the reader's own. What is half filled in stays, whatever becomes of the server. */
export function TransferForm({ people }: { readonly people: readonly Person[] }): JSX.Element {
  const { writes } = useApp()
  const from = useSignal('')
  const to = useSignal('')
  const amount = useSignal('10.00')
  const fault = useSignal<string | null>(null)
  const [first, second] = people
  const fromId = from.value === '' ? String(first?.id ?? '') : from.value
  const toId = to.value === '' ? String(second?.id ?? '') : to.value
  const submit = (event: Event): void => {
    event.preventDefault()
    fault.value = people.length < 2 ? 'It takes two users. Add one first.' : amountFault(amount.value, fromId === toId)
    if (fault.value === null) writes.transfer(Number(fromId), Number(toId), amount.value.trim())
  }
  return (
    <section aria-label="Transfer">
      <form class="fields" onSubmit={submit} noValidate>
        <Choice label="From" id="from" people={people} value={fromId} onChange={(value) => (from.value = value)} />
        <Choice label="To" people={people} value={toId} onChange={(value) => (to.value = value)} />
        <label>
          <span class="label">Amount</span>
          <input
            class="number"
            inputMode="decimal"
            autoComplete="off"
            value={amount.value}
            aria-invalid={fault.value !== null}
            aria-describedby={fault.value === null ? undefined : 'amount-fault'}
            onInput={(event) => (amount.value = event.currentTarget.value)}
          />
        </label>
        <button type="submit">Send</button>
        {fault.value !== null && (
          <p class="error" id="amount-fault" role="alert">
            {fault.value}
          </p>
        )}
      </form>
      <OwnLine />
    </section>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly id?: string
  readonly people: readonly Person[]
  readonly value: string
  readonly onChange: (value: string) => void
}

function Choice({ label, id, people, value, onChange }: ChoiceProps): JSX.Element {
  return (
    <label>
      <span class="label">{label}</span>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {people.map((person) => (
          <option key={person.id} value={String(person.id)}>
            {person.name}
          </option>
        ))}
      </select>
    </label>
  )
}

/** How far the reader's last transfer has come. */
function OwnLine(): JSX.Element {
  const { writes } = useApp()
  const own = writes.own.value
  const refused = writes.refused.value
  const waiting = writes.pending.value.length
  if (refused !== null && refused.write.path === '/api/transfers')
    return (
      <p class="label note-line bad" role="alert">
        {refused.reason}
      </p>
    )
  if (own === null)
    return <p class="label note-line">{waiting === 0 ? 'Each write has a key, made before its first try.' : waits(waiting)}</p>
  return (
    <p class="label note-line" role="status">
      {ownText[own.state](own.id, own.ms === null ? null : Math.round(own.ms))}
      {waiting > 1 && ` ${waits(waiting)}`}
    </p>
  )
}

const ownText = {
  sent: () => 'Sent with its key. SQL has not answered yet.',
  acknowledged: (id: number | null) => `Transfer ${id} is in SQL. Its record is on the way.`,
  here: (id: number | null, ms: number | null) => `Transfer ${id} is here${after(ms)}, PENDING.`,
  settled: (id: number | null, ms: number | null) => `Transfer ${id} is here${after(ms)}, and settled.`,
} as const

function after(ms: number | null): string {
  return ms === null ? '' : ` after ${ms} ms`
}

function waits(count: number): string {
  return `${counted(count, 'write')} ${count === 1 ? 'waits' : 'wait'} for the server.`
}
