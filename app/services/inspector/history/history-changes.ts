import type { Station } from '../../../contracts/feed.ts'
import type { HistoryChange, HistoryKind, HistoryVersion } from '../../../contracts/history.ts'
import type { FoundVersion } from './version-reader.ts'

const order: readonly Station[] = ['sql', 'raw', 'ingestion', 'enriched', 'document']

/** The changes of a row, oldest first, each with what came of it. Records without a cause are changes of their own. */
export function changesOf(kind: HistoryKind, id: number, versions: readonly FoundVersion[]): HistoryChange[] {
  const groups = [...Map.groupBy(withChanged(versions), ({ cause, topic, p, o }) => cause ?? `${topic}/${p}/${o}`).values()]
  return groups
    .map((group) => changeOf(kind, id, group))
    .filter((change) => change.kind === kind || change.versions.some(({ station }) => station === 'enriched'))
    .toSorted((left, right) => left.at - right.at || offsetOf(left) - offsetOf(right))
}

type Compared = FoundVersion & Pick<HistoryVersion, 'changed'>

function changeOf(kind: HistoryKind, id: number, group: readonly Compared[]): HistoryChange {
  // What an enriched version came of is the change of a user, where the user's own version is here, too.
  const origin = group.find((version) => version.kind !== kind) ?? group[0]!
  const at = Math.min(...group.map(({ ts }) => ts))
  const op = [origin, ...group].find((version) => version.op !== null)?.op ?? null
  const versions = group.toSorted((left, right) => order.indexOf(left.station) - order.indexOf(right.station))
  const of = group.some((version) => version.kind !== kind) ? { kind: origin.kind, id: origin.id } : { kind, id }
  return { cause: origin.cause, at, op, ...of, versions: versions.map(plain) }
}

function plain({ station, topic, p, o, ts, bytes, schemaId, fields, changed, unreadable }: Compared): HistoryVersion {
  return { station, topic, p, o, ts, bytes, schemaId, fields, changed, unreadable }
}

/** Two changes of one instant are in the order of the enriched topic. */
function offsetOf({ versions }: HistoryChange): number {
  const version = versions.find(({ station }) => station === 'enriched') ?? versions[0]!
  return version.o ?? 0
}

/** Each version against the one before at its station, of the same row. */
function withChanged(versions: readonly FoundVersion[]): Compared[] {
  const before = new Map<string, HistoryVersion['fields']>()
  return versions.map((version) => {
    const place = `${version.kind} ${version.id} ${version.station}`
    const changed = differing(before.get(place) ?? null, version.fields)
    before.set(place, version.fields)
    return { ...version, changed }
  })
}

function differing(before: HistoryVersion['fields'], after: HistoryVersion['fields']): string[] {
  return Object.keys(after ?? {}).filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after![name]))
}
