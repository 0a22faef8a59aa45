import { callsOf, crashPointsOf } from '../../lib/testing/simulation/calls.ts'
import type { UseOfTransactions } from '../../lib/testing/simulation/calls.ts'
import { defaultKinds } from '../../lib/testing/simulation/faults.ts'
import { mishaps } from '../../lib/testing/simulation/network-weather.ts'

type Level = 'port' | 'wire'
type Hits = Readonly<Record<string, number>>

const kills = ['kill before', 'kill after']

/** Calls that clients make only with transactions, and only without. */
const callsOnlyWhere: Readonly<Record<UseOfTransactions, RegExp>> = {
  used: /^(transactions\..*|EndTxn|TxnOffsetCommit)$/,
  unused: /^(groupCoordinator\.commitOffsets|OffsetCommit)$/,
}

/** How often each fault has hit each call, and how often the faults happened that hit no single call. */
export function hitsTable(hits: Hits, level: Level, transactions: UseOfTransactions): string {
  const count = (what: string): string => String(hits[what] ?? 0)
  const onTheNetwork = callsOf(level, transactions)
  const rows = crashPointsOf(level, transactions).map((call) => [
    call,
    ...kills.map((kill) => count(`${kill} × ${call}`)),
    ...mishaps.map((mishap) => (onTheNetwork.includes(call) ? count(`${mishap} × ${call}`) : '–')),
  ])
  const lines = [['', ...kills, ...mishaps], ...rows].map(
    ([name, ...cells]) => `${name!.padEnd(32)}${cells.map((each) => each.padStart(14)).join('')}`,
  )
  const others = kindsOf(level, transactions).filter((kind) => !kills.includes(kind) && kind !== 'mishap')
  return [...lines, '', ...others.map((kind) => `${kind.padEnd(32)}${count(kind).padStart(14)}`)].join('\n')
}

/** The faults that have hit nothing, and the calls that they have not hit. */
export function neverHit(hits: Hits, level: Level, transactions: UseOfTransactions): readonly string[] {
  const unmade = callsOnlyWhere[transactions === 'used' ? 'unused' : 'used']
  const isMade = (call: string): boolean => !unmade.test(call)
  const made = callsOf(level, transactions).filter(isMade)
  const points = crashPointsOf(level, transactions).filter(isMade)
  const ofCalls = mishaps.flatMap((mishap) => made.map((call) => `${mishap} × ${call}`))
  const ofKills = kills.flatMap((kill) => points.map((call) => `${kill} × ${call}`))
  return [...ofKills, ...ofCalls, ...kindsOf(level, transactions)].filter((what) => (hits[what] ?? 0) === 0)
}

function kindsOf(level: Level, transactions: UseOfTransactions): readonly string[] {
  return defaultKinds(level, 'restless', 'forgetful', transactions)
}
