import type { HistoryChange, HistoryVersion, KeyHistory } from '../../../app/contracts/history.ts'

const topics = { raw: 'raw.bank.transfers', ingestion: 'ingestion.bank.transfers', enriched: 'custom.bank.transfer-enriched' }

function placeAt(station: HistoryVersion['station'], o: number, ts: number): Omit<HistoryVersion, 'fields' | 'changed'> {
  const topic = station in topics ? topics[station as keyof typeof topics] : null
  const place = topic === null ? { p: null, o: null } : { p: 3, o }
  const schemaId = station === 'ingestion' || station === 'enriched' ? 4 : null
  return { station, topic, ...place, ts, bytes: 640, schemaId, unreadable: null }
}

function joined(fields: object, toUserName: string | null): HistoryVersion['fields'] {
  return { ...fields, fromUserName: 'Amara', toUserName, enrichment: toUserName === null ? 'PARTIAL' : 'COMPLETE' }
}

function fakeChanges(noon: number): HistoryChange[] {
  const iso = (seconds: number): string => new Date(noon + seconds * 1000).toISOString()
  const at = (station: HistoryVersion['station'], o: number, seconds: number) => placeAt(station, o, noon + seconds * 1000)
  const row = {
    id: 17,
    fromUserId: 1,
    toUserId: 99,
    amount: '10.00',
    status: 'PENDING',
    createdAt: iso(0),
    lastUpdatedAt: iso(0),
  }
  const settled = { ...row, status: 'COMPLETED', lastUpdatedAt: iso(1) }
  const names = Object.keys(joined(row, null)!)
  const user = { topic: 'ingestion.bank.users', p: 1, bytes: 40, schemaId: 2, station: 'ingestion', unreadable: null } as const
  const gift = { id: 99, name: 'Gift', createdAt: iso(2), lastUpdatedAt: iso(2) }
  const later = ['toUserName', 'enrichment']
  return [
    {
      cause: 'bank.transfers:41',
      at: noon,
      op: 'c',
      kind: 'transfers',
      id: 17,
      versions: [
        { ...at('sql', 0, 0), fields: row, changed: Object.keys(row) },
        { ...at('raw', 11, 0), fields: { ...row, amount: 'A+g=' }, changed: Object.keys(row) },
        { ...at('ingestion', 12, 0), fields: row, changed: Object.keys(row) },
        { ...at('enriched', 20, 0), fields: joined(row, null), changed: names },
        { ...at('document', 0, 0), fields: joined(row, null), changed: names },
      ],
    },
    {
      cause: 'bank.transfers:44',
      at: noon + 1000,
      op: 'u',
      kind: 'transfers',
      id: 17,
      versions: [
        { ...at('sql', 0, 1), fields: settled, changed: ['status', 'lastUpdatedAt'] },
        { ...at('raw', 15, 1), fields: { ...settled, amount: 'A+g=' }, changed: ['status', 'lastUpdatedAt'] },
        { ...at('ingestion', 16, 1), fields: settled, changed: ['status', 'lastUpdatedAt'] },
      ],
    },
    {
      cause: 'bank.users:9',
      at: noon + 2000,
      op: 'c',
      kind: 'users',
      id: 99,
      versions: [
        { ...user, o: 7, ts: noon + 2000, fields: gift, changed: Object.keys(gift) },
        { ...at('enriched', 26, 2), fields: joined(settled, 'Gift'), changed: ['status', 'lastUpdatedAt', ...later] },
      ],
    },
    {
      cause: 'bank.users:12',
      at: noon + 3000,
      op: 'd',
      kind: 'users',
      id: 99,
      versions: [
        { ...user, o: 8, ts: noon + 3000, fields: null, changed: [] },
        { ...at('enriched', 27, 3), fields: joined(settled, null), changed: later },
      ],
    },
  ]
}

/** A transfer to a user who came later, and was deleted after all. */
export function fakeHistory(noon: number): KeyHistory {
  const reason = { topic: topics.enriched, p: 3, field: 'toUserName', userId: 99 } as const
  const version = { topic: 'ingestion.bank.users', p: 1 }
  return {
    kind: 'transfers',
    id: 17,
    changes: fakeChanges(noon),
    reasons: [
      { ...reason, o: 20, why: 'later', version: { ...version, o: 7, at: noon + 2000 } },
      { ...reason, o: 27, why: 'deleted', version: { ...version, o: 8, at: noon + 3000 } },
    ],
    scan: { read: 12_300, of: 40_000, ms: 2000 },
  }
}
