import { useEffect } from 'preact/hooks'
import type { JSX } from 'preact'
import type { StoreAnswer, StoreRow, TasksNow, TopologyDocument } from '../../../contracts/topology.ts'
import type { AskedStore } from './asked-store.ts'
import { answerSentences, askable, timed } from './store-words.ts'

interface StoreFormProps {
  readonly topology: TopologyDocument
  readonly tasks: TasksNow | null
  readonly asked: AskedStore
}

/** Asks a store for a key, or for the keys from one to another. */
export function StoreForm({ topology, tasks, asked }: StoreFormProps): JSX.Element {
  const stores = topology.parts.flatMap((part) => part.stores).filter(({ kind }) => askable.includes(kind))
  const store = stores.find(({ name }) => name === asked.name.value)
  const { key, to } = asked.question.value
  useEffect(() => {
    // A link has the question in it, and is answered at once.
    if (store !== undefined && asked.answer.value === null) void asked.ask(topology.applicationId)
  }, [store?.name])
  const submit = (event: Event): void => {
    event.preventDefault()
    void asked.ask(topology.applicationId)
  }
  return (
    <section class="store" aria-label="Store">
      <form class="tools" onSubmit={submit}>
        <h2>Store</h2>
        <select
          aria-label="Store"
          value={store?.name ?? ''}
          onChange={(event) => asked.choose(event.currentTarget.value || null)}
        >
          <option value="">Choose a store</option>
          {stores.map(({ name, kind }) => (
            <option key={name} value={name}>{`${name} (${kind})`}</option>
          ))}
        </select>
        {store !== undefined && (
          <>
            <label>
              <span class="label">Key</span>
              <input
                id="store-key"
                autocomplete="off"
                value={key}
                onInput={(event) => (asked.question.value = { key: event.currentTarget.value, to })}
              />
            </label>
            <label>
              <span class="label">to key</span>
              <input
                autocomplete="off"
                value={to}
                onInput={(event) => (asked.question.value = { key, to: event.currentTarget.value })}
              />
            </label>
            <button type="submit">{key === '' && to === '' ? 'First rows' : 'Ask'}</button>
          </>
        )}
      </form>
      {asked.failure.value !== null && (
        <p class="empty" role="alert">
          <span class="bad">{asked.failure.value}</span>
        </p>
      )}
      {asked.answer.value !== null && <Answer answer={asked.answer.value} asked={asked} tasks={tasks} />}
    </section>
  )
}

interface AnswerProps {
  readonly answer: StoreAnswer
  readonly asked: AskedStore
  readonly tasks: TasksNow | null
}

function Answer({ answer, asked, tasks }: AnswerProps): JSX.Element {
  const { rows, kind } = answer
  const hasTimes = timed.includes(kind)
  return (
    <>
      <p class="empty" role="status">
        {answerSentences(answer, asked.answered.value, tasks).join(' ')}
      </p>
      {rows.length > 0 && (
        <div class="scroller" tabIndex={0} role="group" aria-label="Rows">
          <table>
            <thead>
              <tr>
                <th scope="col">Key</th>
                {hasTimes && <th scope="col">From, to</th>}
                <th scope="col">Value</th>
                <th scope="col">Partition</th>
                <th scope="col">Task, owner</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={`${row.partition} ${row.key} ${row.startMs}`} row={row} hasTimes={hasTimes} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}

const isoOf = (ms: number): string => new Date(ms).toISOString()

function Row({ row, hasTimes }: { readonly row: StoreRow; readonly hasTimes: boolean }): JSX.Element {
  const { key, value, startMs, endMs, partition, task, instance } = row
  return (
    <tr class="row">
      <th scope="row">
        <bdi>{key}</bdi>
      </th>
      {hasTimes && <td>{startMs === null ? '' : `${isoOf(startMs)}, ${endMs === null ? 'open' : isoOf(endMs)}`}</td>}
      <td class="mono">
        <bdi>{value}</bdi>
      </td>
      <td>{partition === null ? 'all' : `p${partition}`}</td>
      <td>{task === null ? instance : `${task}, ${instance}`}</td>
    </tr>
  )
}
