import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import type { FeedRecord, Trace, TraceHop } from '../../../contracts/feed.ts'
import { useApp } from '../app/app.ts'
import { PageLink } from '../view/page-link.tsx'
import { live } from '../view/view.ts'
import type { Address } from '../view/view.ts'
import { bytes, count, exactTime } from '../words/numbers.ts'
import { findRecord, traceOf } from './find-record.ts'
import type { Found } from './find-record.ts'

/** A record of the feed, or of a trace, at the right of the page. */
export function RecordPanel({ address }: { readonly address: Address }): JSX.Element {
  const app = useApp()
  const close = useRef<HTMLButtonElement>(null)
  const place = `${address.topic}/${address.p}/${address.o}`
  const found = useFound(address, place)
  useEffect(() => {
    close.current?.focus({ preventScroll: true })
    if (found.kind === 'row' && found.record.kind === 'transfer') void app.commands.follow(Number(found.record.key))
  }, [place])
  return (
    <aside class="panel" aria-label="Record">
      <div class="head">
        <h2>{titleOf(found)}</h2>
        <button ref={close} type="button" onClick={() => app.navigation.go({ rec: null })}>
          Close
        </button>
      </div>
      <dl class="pairs">
        <Pair name="Topic" value={address.topic} isMono />
        <Pair name="Position" value={`p${address.p} @ ${count(address.o)}`} />
        <Facts found={found} />
      </dl>
      <ToHistory found={found} />
      <Way found={found} />
    </aside>
  )
}

function ToHistory({ found }: { readonly found: Found }): JSX.Element | null {
  if (found.kind !== 'row' || found.record.key === null) return null
  const { kind, key } = found.record
  if (kind !== 'transfer' && kind !== 'user') return null
  const history = { kind: `${kind}s`, id: Number(key) } as const
  return (
    <p class="note-line">
      <PageLink view={{ ...live, page: 'records', history }}>{`History of ${kind} ${key}`}</PageLink>
    </p>
  )
}

/** What was not here yet may come; what is here stays, also when a newer version takes its row. */
function useFound(address: Address, place: string): Found {
  const { frames, store } = useApp()
  const kept = useRef<{ readonly place: string; readonly found: Found } | null>(null)
  void frames.quarter.value
  if (kept.current?.place !== place || kept.current.found.kind === 'nothing')
    kept.current = { place, found: findRecord(store, address) }
  return kept.current.found
}

function titleOf(found: Found): string {
  if (found.kind === 'nothing') return 'Not on this page'
  if (found.kind === 'hop') return `${found.trace.lane === 'user' ? 'User' : 'Transfer'} ${found.trace.id} on its way`
  const { kind, key } = found.record
  const names = {
    transfer: 'Transfer',
    user: 'User',
    balance: 'Balance of user',
    alert: 'Alert',
    'dead-letter': 'Refused record',
  } as const
  return `${names[kind]} ${key ?? ''}`.trim()
}

function Pair({
  name,
  value,
  isMono = false,
}: {
  readonly name: string
  readonly value: string
  readonly isMono?: boolean
}): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd class={isMono ? 'mono' : undefined}>
        <bdi>{value}</bdi>
      </dd>
    </>
  )
}

function Facts({ found }: { readonly found: Found }): JSX.Element {
  if (found.kind === 'nothing')
    return <Pair name="Why" value="It is older than the rows that this page holds, or a newer version has taken its place." />
  return found.kind === 'row' ? <RecordFacts record={found.record} /> : <HopFacts hop={found.hop} />
}

function RecordFacts({ record }: { readonly record: FeedRecord }): JSX.Element {
  const { key, cause, op, ts, bytes: size, schemaId, value } = record
  return (
    <>
      <Pair name="Key" value={key ?? 'none'} isMono />
      <Pair name="Cause" value={cause === null ? 'unknown' : `${cause}${op === null ? '' : `, ${operations[op]}`}`} isMono />
      <Pair name="Timestamp" value={exactTime(ts)} />
      <Pair name="Size" value={`${bytes(size)} in the topic`} />
      <Pair name="Schema" value={schemaId === null ? 'none' : `id ${schemaId} in the registry`} />
      {value === null ? (
        <Pair name="Value" value="Tombstone: the row is gone." />
      ) : (
        Object.entries(value).map(([field, content]) => <Pair key={field} name={field} value={textOf(content)} />)
      )}
    </>
  )
}

const operations = { c: 'created', u: 'updated', d: 'deleted', r: 'read by a snapshot' } as const

function HopFacts({ hop }: { readonly hop: TraceHop }): JSX.Element {
  return (
    <>
      <Pair name="Key" value={hop.key ?? 'none'} isMono />
      <Pair name="Cause" value={hop.cause ?? 'unknown'} isMono />
      <Pair name="Size" value={`${bytes(hop.bytes)} in the topic`} />
      <Pair
        name="Schema"
        value={hop.schemaId === null ? 'none: the record carries its own, or needs none' : `id ${hop.schemaId} in the registry`}
      />
      <Pair name="Value" value={hop.text ?? 'Tombstone: the row is gone.'} isMono />
    </>
  )
}

function textOf(content: unknown): string {
  if (content === null) return 'unknown yet'
  return typeof content === 'string' ? content : JSON.stringify(content)
}

/** The recorded hops. It grows while the record is on its way. */
function Way({ found }: { readonly found: Found }): JSX.Element | null {
  const { frames, store } = useApp()
  void frames.quarter.value
  const trace: Trace | undefined =
    found.kind === 'row' ? (traceOf(store, found.record) ?? found.trace) : found.kind === 'hop' ? found.trace : undefined
  if (trace === undefined) return null
  return (
    <>
      <h2>Its way</h2>
      <p class="label">Times are of one consumer’s monotonic clock, not of the records.</p>
      <table>
        <thead>
          <tr>
            <th scope="col">Station</th>
            <th scope="col">Position</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col" class="number">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {trace.hops.map((hop, index) => (
            <tr key={index}>
              <th scope="row">{hop.station}</th>
              <td>{hop.p === null || hop.o === null ? '' : `p${hop.p} @ ${count(hop.o)}`}</td>
              <td class="number">{bytes(hop.bytes)}</td>
              <td class="number">{hop.ms === null ? '' : `+${hop.ms.toFixed(1)} ms`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
