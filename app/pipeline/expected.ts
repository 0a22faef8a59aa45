import type { DatabaseSync } from 'node:sqlite'
import type { Document } from '../sink/document-store.ts'

/** What the read API must answer once everything has flowed: the join, done by SQL. */
function joinedTransfers(database: DatabaseSync): Document[] {
  const rows = database
    .prepare(
      `select t.id, t.from_user_id as fromUserId, t.to_user_id as toUserId, t.amount, t.status,
         t.created_at as createdAt, t.last_updated_at as lastUpdatedAt, sender.name as fromUserName, receiver.name as toUserName
       from transfers t left join users sender on sender.id = t.from_user_id left join users receiver on receiver.id = t.to_user_id
       order by t.id`,
    )
    .all()
  return rows.map((row) => ({
    ...row,
    enrichment: row['fromUserName'] === null || row['toUserName'] === null ? 'PARTIAL' : 'COMPLETE',
  }))
}

/** All documents of the read API, by id. */
async function readTransfers(readUrl: string): Promise<Document[]> {
  const documents: Document[] = []
  for (let page = 0; ; page++) {
    const answer = await fetch(`${readUrl}/transfers-enriched?sort=id&size=500&page=${page}`)
    if (!answer.ok) throw new Error(`The read API answers ${answer.status}: ${await answer.text()}`)
    const { content, page: info } = (await answer.json()) as {
      readonly content: Document[]
      readonly page: { readonly totalPages: number }
    }
    documents.push(...content)
    if (page + 1 >= info.totalPages) return documents
  }
}

/** Up to ten differences, in words; empty where both are the same. */
function differences(actual: readonly Document[], expected: readonly Document[]): string[] {
  const [read, joined] = [byId(actual), byId(expected)]
  const ids = [...new Set([...read.keys(), ...joined.keys()])]
  return ids.flatMap((id) => difference(id, read.get(id), joined.get(id))).slice(0, 10)
}

function difference(id: unknown, actual: Document | undefined, expected: Document | undefined): string[] {
  if (expected === undefined) return [`transfer ${String(id)} is read, but is not in SQL`]
  if (actual === undefined) return [`transfer ${String(id)} is in SQL, but is not read`]
  const fields = Object.keys(expected).filter((field) => actual[field] !== expected[field])
  return fields.map((field) => `transfer ${String(id)}: ${field} is ${String(actual[field])}, in SQL ${String(expected[field])}`)
}

function byId(documents: readonly Document[]): Map<unknown, Document> {
  return new Map(documents.map((document) => [document['id'], document]))
}

/** Reads until it is equal, or gives the differences that are left. */
export async function awaitEqual(readUrl: string, database: DatabaseSync, timeoutMs: number): Promise<string[]> {
  const endMs = Date.now() + timeoutMs
  for (;;) {
    const left = differences(await readTransfers(readUrl), joinedTransfers(database))
    if (left.length === 0 || Date.now() > endMs) return left
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
