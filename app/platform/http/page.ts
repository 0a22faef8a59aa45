import type { DatabaseSync } from 'node:sqlite'
import { Problem } from './problem.ts'

/** Pages count from 0. */
export interface PageRequest {
  readonly number: number
  readonly size: number
}

export interface Page<T> {
  readonly content: readonly T[]
  readonly page: { readonly number: number; readonly size: number; readonly totalElements: number; readonly totalPages: number }
}

/** `?page=0&size=20`; a size is 1 to 500. */
export function parsePage(query: { readonly page?: string | undefined; readonly size?: string | undefined }): PageRequest {
  return { number: whole('page', query.page ?? '0', 0, 1_000_000), size: whole('size', query.size ?? '20', 1, 500) }
}

export function pageOf<T>(content: readonly T[], { number, size }: PageRequest, totalElements: number): Page<T> {
  return { content, page: { number, size, totalElements, totalPages: Math.ceil(totalElements / size) } }
}

export function page<T>(
  database: DatabaseSync,
  { table, selected, request }: { readonly table: string; readonly selected: string; readonly request: PageRequest },
): Page<T> {
  const total = database.prepare(`select count(*) as count from ${table}`).get() as { readonly count: number }
  const rows = database.prepare(`${selected} order by id limit ? offset ?`).all(request.size, request.number * request.size)
  return pageOf(
    rows.map((row) => ({ ...row }) as unknown as T),
    request,
    total.count,
  )
}

function whole(name: string, text: string, from: number, to: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= from && number <= to) return number
  throw new Problem(400, `${name} is a whole number from ${from} to ${to}.`, { [name]: text })
}
