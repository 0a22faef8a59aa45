/** A transfer that a request has made, under the key of the client. */
export interface Made {
  readonly key: string
  readonly id: number
}

/** Whoever stands before the BFF and keeps a ledger is told by this header which transfers an operation of GraphQL has made. */
export const madeHeader = 'millrace-made-transfers'

export function madeText(made: readonly Made[]): string {
  return made.map(({ key, id }) => `${encodeURIComponent(key)}=${id}`).join(',')
}

export function parseMade(text: string): Made[] {
  return text.split(',').map((each) => {
    const [key = '', id] = each.split('=')
    return { key: decodeURIComponent(key), id: Number(id) }
  })
}
