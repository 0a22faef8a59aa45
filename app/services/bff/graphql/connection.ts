import type { Page } from '../../../contracts/bff.ts'
import { Problem } from '../../../platform/http/problem.ts'

/** Parameters of every list in pages. */
export interface Range {
  readonly first: number
  readonly after?: string | null
}

/** A page of a list, as Relay's connections are. */
export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** As many as a list gives at once. */
const firstMax = 100

/** The rows of a page that begins behind a cursor: what is written or deleted meanwhile moves no page. */
export function connectionOf<T extends { readonly id: number }>({ content, page }: Page<T>): Connection<T> {
  const edges = content.map((node) => ({ cursor: cursorOf(node.id), node }))
  return { edges, pageInfo: { hasNextPage: page.totalPages > 1, endCursor: edges.at(-1)?.cursor ?? null } }
}

const cursorOf = (id: number): string => Buffer.from(`id:${id}`).toString('base64url')

/** The id that a cursor stands for; undefined: there is no cursor. */
export function idAt(cursor: string | null | undefined): string | undefined {
  if (cursor == null) return undefined
  const id = /^id:(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (id === undefined) throw new Problem(400, 'A cursor is one that an answer had.', { after: 'It is none of these.' })
  return id
}

export function checkFirst(first: number): number {
  if (first >= 1 && first <= firstMax) return first
  throw new Problem(400, `first is 1 to ${firstMax}.`, { first: `It is ${first}.` })
}
