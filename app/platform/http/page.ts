import Type from 'typebox'
import type { Static, TSchema } from 'typebox'

/** Parameters of every list: `?page=0&size=20`. */
export const pageQuery = {
  page: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0, description: 'Pages count from 0.' }),
  size: Type.Integer({ minimum: 1, maximum: 500, default: 20, description: 'How many a page has.' }),
}

/** Pages count from 0. */
export interface PageRequest {
  readonly number: number
  readonly size: number
}

const pageInfo = Type.Object({
  number: Type.Integer(),
  size: Type.Integer(),
  totalElements: Type.Integer(),
  totalPages: Type.Integer(),
})

export const pageSchema = <S extends TSchema>(content: S) => Type.Object({ content: Type.Array(content), page: pageInfo })

export const pageRequest = ({ page, size }: { readonly page: number; readonly size: number }): PageRequest => ({
  number: page,
  size,
})

/** What a store gives of a list: the rows of the page, and how many there are in all. */
export interface Slice<T> {
  readonly rows: readonly T[]
  readonly total: number
}

export function pageOf<T>(
  { rows, total }: Slice<T>,
  { number, size }: PageRequest,
): { content: T[]; page: Static<typeof pageInfo> } {
  return { content: [...rows], page: { number, size, totalElements: total, totalPages: Math.ceil(total / size) } }
}
