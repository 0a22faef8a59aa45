import type { BankSql } from '../bank/bank-sql.ts'
import { decimalColumns } from '../capture/connect-json.ts'
import { toScale } from '../capture/decimal.ts'
import type { Document } from '../sink/document-store.ts'

/** The two databases of the bank, for reading. */
export interface BankDatabases {
  readonly users: Pick<BankSql, 'all'>
  readonly transfers: Pick<BankSql, 'all'>
}

interface TransferRow {
  readonly id: number
  readonly fromUserId: number
  readonly toUserId: number
  readonly amount: string
}

const selected = `select id, from_user_id as fromUserId, to_user_id as toUserId, amount, status,
  created_at as createdAt, last_updated_at as lastUpdatedAt from transfers order by id`

/** What the read API must answer once everything has flowed: the join of both databases. */
async function joinedTransfers({ users, transfers }: BankDatabases): Promise<Document[]> {
  const all = await users.all<{ id: number; name: string }>('select id, name from users')
  const names = new Map(all.map(({ id, name }) => [id, name]))
  return (await transfers.all<TransferRow>(selected)).map((row) => {
    const [fromUserName, toUserName] = [names.get(row.fromUserId) ?? null, names.get(row.toUserId) ?? null]
    const enrichment = fromUserName === null || toUserName === null ? 'PARTIAL' : 'COMPLETE'
    return { ...row, amount: amountOf(row), fromUserName, toUserName, enrichment }
  })
}

/** SQL may say 7.5: it is read as the column declares it. */
function amountOf({ amount }: TransferRow): string {
  return toScale(amount, decimalColumns['amount']!) ?? amount
}

/** Rows that direct SQL has broken: what the read API has of them is the last version that was none. */
function isBroken(document: Document): boolean {
  const { fromUserId, toUserId, amount } = document as unknown as TransferRow
  return fromUserId === toUserId || !/^\d+\.\d\d$/.test(amount) || !/[1-9]/.test(amount)
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
  const broken = new Set(expected.filter(isBroken).map(({ id }) => id))
  const ids = [...new Set([...read.keys(), ...joined.keys()])].filter((id) => !broken.has(id))
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
export function awaitEqual(readUrl: string, databases: BankDatabases, timeoutMs: number): Promise<string[]> {
  return awaitJoin(() => readTransfers(readUrl), databases, timeoutMs)
}

/** The same for any that have the documents. */
export async function awaitJoin(
  read: () => Promise<readonly Document[]> | readonly Document[],
  databases: BankDatabases,
  timeoutMs: number,
): Promise<string[]> {
  const endMs = Date.now() + timeoutMs
  for (;;) {
    const left = differences(await read(), await joinedTransfers(databases))
    if (left.length === 0 || Date.now() > endMs) return left
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
