import { fetchOne, endsOf, startsOf } from '../../../app/adapters/kafka/partition-ends.ts'
import { tailTopics } from '../../../app/adapters/kafka/topic-tail.ts'
import type { Letter, LetterAddress, LetterPage } from '../../../app/contracts/dead-letters.ts'
import { addressText } from '../../../app/dead-letters/ports.ts'
import type { Cluster, RawRecord } from '../../../lib/index.ts'
import { deadLetterTopics } from '../../../examples/transfer-pipeline/topics.ts'
import { fates } from './bad-records.ts'
import type { BadRecord } from './bad-records.ts'

/** All letters that the pipeline lists, whatever became of them. */
export async function allLetters(url: string): Promise<readonly Letter[]> {
  const letters: Letter[] = []
  for (let page = 0; ; page++) {
    const answer = await fetch(`${url}/api/dlq/letters?state=any&size=500&page=${page}`)
    if (!answer.ok) throw new Error(`The dead letters answer ${answer.status}: ${await answer.text()}`)
    const { content, page: info } = (await answer.json()) as LetterPage
    letters.push(...content)
    if (page + 1 >= info.totalPages) return letters
  }
}

/** The letter of a bad record, by whoever has to refuse it. */
export function letterOf({ kind, id }: BadRecord, letters: ReadonlyMap<string, readonly Letter[]>): Letter | undefined {
  return letters.get(String(id))?.find(({ refusedBy }) => refusedBy === fates[kind].refusedBy)
}

export const byKey = (letters: readonly Letter[]): ReadonlyMap<string, readonly Letter[]> =>
  Map.groupBy(letters, ({ key }) => key ?? '')

/** What is wrong with the letters: a bad record without its own, one that says something else or has other bytes, a good record's. */
export async function faultsOfLetters(
  bads: readonly BadRecord[],
  letters: readonly Letter[],
  cluster: Cluster,
): Promise<readonly string[]> {
  const bytes = await letterBytes(cluster)
  const [known, listed] = [new Set(bads.map(({ id }) => String(id))), byKey(letters)]
  const faults = letters
    .filter(({ key }) => !known.has(key ?? ''))
    .map((letter) => `${addressText(letter.at)} is a letter of ${letter.key}, which was good: ${letter.reason}`)
  if (bytes.size !== letters.length) faults.push(`${bytes.size} letters are in the topics, ${letters.length} are listed`)
  for (const bad of bads) faults.push(...(await faultsOf(bad, listed, bytes, cluster)))
  return faults
}

async function faultsOf(
  bad: BadRecord,
  letters: ReadonlyMap<string, readonly Letter[]>,
  bytes: ReadonlyMap<string, RawRecord>,
  cluster: Cluster,
): Promise<readonly string[]> {
  const { refusedBy, class: wanted } = fates[bad.kind]
  const name = `${bad.kind} ${bad.id}`
  const own = letters.get(String(bad.id))?.filter((letter) => letter.refusedBy === refusedBy) ?? []
  if (own.length !== 1) return [`${name} has ${own.length} letters of ${refusedBy}`]
  const [letter] = own as [Letter]
  const faults: string[] = []
  if (letter.class !== wanted || letter.reason === '') faults.push(`${name} is ${letter.class}, not ${wanted}: ${letter.reason}`)
  if (bad.sent !== null && (letter.source === null || addressText(letter.source) !== addressText(bad.sent.at)))
    faults.push(`${name} was at ${addressText(bad.sent.at)}, its letter says ${JSON.stringify(letter.source)}`)
  const original = bad.sent?.value ?? (await originalOf(letter, cluster))
  const kept = bytes.get(addressText(letter.at))?.value ?? null
  // Capture could not write its record: its letter has the row as the database logged it.
  const isSame = original === null ? isRowOf(bad, kept) : kept !== null && Buffer.compare(kept, original) === 0
  return isSame ? faults : [...faults, `${name}: its letter has other bytes`]
}

async function originalOf({ source }: Letter, cluster: Cluster): Promise<Uint8Array | null> {
  if (source === null) return null
  const record = await fetchOne(cluster, { topic: source.topic, partition: source.p, offset: source.o })
  return record?.value ?? null
}

function isRowOf({ id }: BadRecord, value: Uint8Array | null): boolean {
  const { after } = JSON.parse(Buffer.from(value ?? '{}').toString()) as {
    readonly after?: { readonly id: number; readonly amount: string }
  }
  return after?.id === id && after.amount === 'abc'
}

/** All letters as their topics have them, by place. */
async function letterBytes(cluster: Cluster): Promise<ReadonlyMap<string, RawRecord>> {
  const [from, until] = [await startsOf(cluster, deadLetterTopics), await endsOf(cluster, deadLetterTopics)]
  const records = new Map<string, RawRecord>()
  const { signal } = new AbortController()
  for await (const parts of tailTopics(cluster, { clientId: 'storm', from, until, signal }))
    for (const part of parts) for (const record of part.records) records.set(addressText(placeOf(record)), record)
  return records
}

const placeOf = ({ topic, partition, offset }: RawRecord): LetterAddress => ({ topic, p: partition, o: offset })
