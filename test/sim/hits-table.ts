import { callsOf, crashPointsOf } from '../../lib/testing/simulation/calls.ts'
import { defaultKinds } from '../../lib/testing/simulation/faults.ts'
import { mishaps } from '../../lib/testing/simulation/network-weather.ts'

type Level = 'port' | 'wire'
type Hits = Readonly<Record<string, number>>

const kills = ['kill before', 'kill after']

/** How often each fault has hit each call, and how often the faults happened that hit no single call. */
export function hitsTable(hits: Hits, level: Level, transactions?: 'used'): string {
  const columns = [...kills, ...mishaps]
  const rows = crashPointsOf(level).map((call) => [call, ...columns.map((fault) => cell(hits, fault, call, level))])
  const others = defaultKinds(level, 'restless', 'forgetful', transactions).filter(
    (kind) => !kills.includes(kind) && kind !== 'mishap',
  )
  const lines = [['', ...columns], ...rows].map(
    ([name, ...cells]) => `${name!.padEnd(32)}${cells.map((each) => each.padStart(14)).join('')}`,
  )
  return [...lines, '', ...others.map((kind) => `${kind.padEnd(32)}${String(hits[kind] ?? 0).padStart(14)}`)].join('\n')
}

/** The faults that have hit nothing, and the calls that they have not hit. */
export function neverHit(hits: Hits, level: Level, transactions?: 'used'): readonly string[] {
  const ofCalls = mishaps.flatMap((mishap) => callsOf(level).map((call) => `${mishap} × ${call}`))
  const ofKills = kills.flatMap((kill) => crashPointsOf(level).map((call) => `${kill} × ${call}`))
  return [...ofKills, ...ofCalls, ...defaultKinds(level, 'restless', 'forgetful', transactions)].filter(
    (what) => (hits[what] ?? 0) === 0,
  )
}

function cell(hits: Hits, fault: string, call: string, level: Level): string {
  const isPossible = kills.includes(fault) || callsOf(level).includes(call)
  return isPossible ? String(hits[`${fault} × ${call}`] ?? 0) : '–'
}
