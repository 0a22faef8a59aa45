import type { Station } from '../../../contracts/feed.ts'
import type { HistoryChange, HistoryVersion, KeyHistory, NullReason } from '../../../contracts/history.ts'
import { count, exactTime, money } from '../words/numbers.ts'

export const stations: readonly (readonly [station: Station, name: string])[] = [
  ['sql', 'SQL'],
  ['raw', 'Raw topic'],
  ['ingestion', 'Ingestion'],
  ['enriched', 'Enriched'],
  ['document', 'Document'],
]

const nouns = { transfers: 'transfer', users: 'user' } as const
const deeds = { c: 'made', u: 'changed', d: 'deleted', r: 'read by a snapshot' } as const

/** `user 2 changed`. */
export function changeText({ kind, id, op }: HistoryChange): string {
  return `${nouns[kind]} ${id} ${op === null ? 'written' : deeds[op]}`
}

/** `Version 3 of 5: user 2 changed, 14:03:05.120`. */
export function versionText({ changes }: KeyHistory, index: number): string {
  const change = changes[index]!
  return `Version ${count(index + 1)} of ${count(changes.length)}: ${changeText(change)}, ${exactTime(change.at)}`
}

export function placeText({ p, o }: HistoryVersion): string {
  return p === null || o === null ? '' : `p${p} @ ${count(o)}`
}

/** What a station has of a change that it has no version of. */
export function holeText(history: KeyHistory, change: HistoryChange, station: Station): string {
  const isOfUser = change.kind !== history.kind
  if (isOfUser && (station === 'sql' || station === 'raw')) return 'in the user’s history'
  if (history.kind === 'users' && (station === 'enriched' || station === 'document')) return 'in the transfers’ histories'
  if (history.scan.read < history.scan.of) return 'not read yet'
  const at = history.changes.indexOf(change)
  const isNewest = !history.changes.some(({ versions }, index) => index > at && versions.some((one) => one.station === station))
  return isNewest ? 'none yet' : 'compacted away'
}

/** Why an enriched version has no name, as the user's own versions say it. */
export function reasonText({ field, userId, why, version }: NullReason): string {
  const place = version === null ? '' : ` (${version.topic} p${version.p} @ ${count(version.o)})`
  const sentence = {
    never: `no version of user ${userId} is in the topic of users`,
    later: `user ${userId} came later, at ${version === null ? '' : exactTime(version.at)}${place}`,
    deleted: `user ${userId} was deleted at ${version === null ? '' : exactTime(version.at)}${place}`,
  }[why]
  return `${field} is null: ${sentence}.`
}

export function fieldText(name: string, value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'string') return JSON.stringify(value)
  return name === 'amount' ? money(value) : value
}
