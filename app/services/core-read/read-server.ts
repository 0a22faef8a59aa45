import Fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { pageOf, parsePage } from '../../platform/http/page.ts'
import { Problem, answerProblems } from '../../platform/http/problem.ts'
import type { Condition, DocumentQuery, DocumentStore } from '../../sink/document-store.ts'

type QueryNames = 'userId' | 'status' | 'from' | 'to' | 'minAmount' | 'page' | 'size' | 'sort'
type Query = Partial<Record<QueryNames, string>>
type Request = FastifyRequest<{ Params: { id: string }; Querystring: Query }>

const sortable = ['id', 'createdAt', 'lastUpdatedAt'] as const

/** The read API: the documents that the sink keeps, and nothing else. Read only. */
export function readServer(store: DocumentStore): FastifyInstance {
  const server = Fastify({ forceCloseConnections: true })
  answerProblems(server)
  server.get('/transfers-enriched', async ({ query }: Request) => {
    const page = parsePage(query)
    const { documents, total } = await store.find({ ...parseQuery(query), limit: page.size, offset: page.number * page.size })
    return pageOf(documents, page, total)
  })
  server.get('/transfers-enriched/:id', async ({ params: { id } }: Request) => {
    const document = await store.get(id)
    if (document === undefined) throw new Problem(404, `There is no transfer ${id} here, or not yet.`)
    return document
  })
  return server
}

function parseQuery({ userId, status, from, to, minAmount, sort }: Query): Pick<DocumentQuery, 'where' | 'sort'> {
  const where: Condition[][] = []
  if (userId !== undefined)
    where.push(['fromUserId', 'toUserId'].map((field) => ({ field, is: 'equal', value: whole('userId', userId) })))
  if (status !== undefined) where.push([{ field: 'status', is: 'equal', value: status.toUpperCase() }])
  if (from !== undefined) where.push([{ field: 'createdAt', is: 'at-least', value: time('from', from) }])
  if (to !== undefined) where.push([{ field: 'createdAt', is: 'less-than', value: time('to', to) }])
  if (minAmount !== undefined) where.push([{ field: 'amount', is: 'decimal-at-least', value: amount(minAmount) }])
  return { where, sort: parseSort(sort ?? 'id') }
}

/** `createdAt` ascending, `-createdAt` descending. */
function parseSort(text: string): DocumentQuery['sort'] {
  const field = sortable.find((name) => name === text.replace(/^-/, ''))
  if (field === undefined) throw bad('sort', text, `one of ${sortable.join(', ')}, with a leading - for descending`)
  return { field, order: text.startsWith('-') ? 'descending' : 'ascending' }
}

function whole(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw bad(name, text, 'a whole number')
}

/** Times in documents are ISO texts in UTC with ms, whose order is that of time. */
function time(name: string, text: string): string {
  const timeMs = Date.parse(text)
  if (Number.isFinite(timeMs)) return new Date(timeMs).toISOString()
  throw bad(name, text, 'a time such as 2026-11-22T10:00:05Z')
}

function amount(text: string): string {
  const match = /^(\d{1,16})(?:\.(\d{1,2}))?$/.exec(text)
  if (match !== null) return `${match[1]}.${(match[2] ?? '').padEnd(2, '0')}`
  throw bad('minAmount', text, 'an amount such as 10.00')
}

function bad(name: string, text: string, expected: string): Problem {
  return new Problem(400, `${name} is ${JSON.stringify(text)}, expected is ${expected}.`, { [name]: expected })
}
