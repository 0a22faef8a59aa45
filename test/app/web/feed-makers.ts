import { readFileSync } from 'node:fs'
import type { Batch, FeedRecord, Proof, RecordedEvent, State, TransferRecord } from '../../../app/contracts/feed.ts'
import { PageStore } from '../../../app/web/page/store/page-store.ts'

const fixture = new URL('../../../app/contracts/fixtures/feed.jsonl', import.meta.url)

/** The recorded feed of the contract. */
export function recordedFeed(): RecordedEvent[] {
  const lines = readFileSync(fixture, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as RecordedEvent)
}

export function recordedState(): State {
  const [first] = recordedFeed()
  if (first?.event !== 'state') throw new Error('The recorded feed begins with its state.')
  return first.data
}

/** A state without rows, at offset 0 of two topics. */
export function emptyState(overrides: Partial<State> = {}): State {
  const state = recordedState()
  return {
    ...state,
    vector: 'start',
    positions: { [enriched]: [0, 0], [users]: [0], [balances]: [0] },
    transfers: [],
    transferCount: 0,
    transferIds: [],
    users: [],
    balances: [],
    deadLetters: [],
    proof: proofOf(0, []),
    ...overrides,
  }
}

export const enriched = 'custom.bank.transfer-enriched'
export const users = 'ingestion.bank.users'
export const balances = 'custom.bank.balances'

export function proofOf(from: number, entries: Proof['entries'], overrides: Partial<Proof> = {}): Proof {
  return { from, to: from + entries.length, entries, sql: null, downMs: 0, ...overrides }
}

export interface TransferFacts {
  readonly id: number
  readonly o: number
  readonly p?: number
  readonly cause?: string
  readonly users?: readonly [from: number, to: number]
  readonly isDeleted?: boolean
}

export function transferRecord({
  id,
  o,
  p = 0,
  cause = `bank.transfers:${o}`,
  users = [1, 2],
  isDeleted,
}: TransferFacts): TransferRecord {
  const at = '2026-11-28T14:03:05.000Z'
  const value = {
    id,
    fromUserId: users[0],
    toUserId: users[1],
    amount: '10.00',
    status: 'COMPLETED',
    createdAt: at,
    lastUpdatedAt: at,
    fromUserName: 'Amara',
    toUserName: 'Bruno',
    enrichment: 'COMPLETE',
  } as const
  return {
    kind: 'transfer',
    topic: enriched,
    p,
    o,
    key: String(id),
    op: isDeleted === true ? 'd' : 'c',
    cause,
    ts: 0,
    seen: o,
    bytes: 46,
    schemaId: 3,
    value: isDeleted === true ? null : value,
  }
}

/** A batch of records of one partition, without holes. */
export function batchOf(records: readonly FeedRecord[], overrides: Partial<Batch> = {}): Batch {
  const [first] = records
  if (first === undefined) return { clock: 'c', ranges: [], records: [], ...overrides }
  const range = { topic: first.topic, p: first.p, from: first.o, to: first.o + records.length, holes: 0 }
  return { clock: 'c', ranges: [range], records, ...overrides }
}

export interface ManualTime {
  ms: number
}

export function openStore(state: State = emptyState()): { readonly store: PageStore; readonly time: ManualTime } {
  const time = { ms: 1_000 }
  const store = new PageStore({ wall: () => time.ms, monotonic: () => time.ms })
  store.load({ ...state, system: { ...state.system, at: time.ms } })
  return { store, time }
}
