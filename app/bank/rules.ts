import { Problem } from '../platform/http/problem.ts'

const statuses = ['PENDING', 'COMPLETED', 'FAILED', 'REVERSED'] as const
export type Status = (typeof statuses)[number]

const transitions: Readonly<Record<Status, readonly Status[]>> = {
  PENDING: ['COMPLETED', 'FAILED'],
  COMPLETED: ['REVERSED'],
  FAILED: [],
  REVERSED: [],
}

/** 1 to 255 characters after trimming. */
export function checkName(name: unknown): string {
  const trimmed = typeof name === 'string' ? name.trim() : ''
  if (trimmed.length >= 1 && trimmed.length <= 255) return trimmed
  throw rule('name', 'A name has 1 to 255 characters.')
}

/** `"10"` becomes `"10.00"`; more than two decimals, zero and what decimal(18,2) cannot hold are refused. */
export function checkAmount(amount: unknown): string {
  const match = typeof amount === 'string' ? /^0*(\d{1,16})(?:\.(\d{1,2}))?$/.exec(amount) : null
  const text = match === null ? '0.00' : `${match[1]}.${(match[2] ?? '').padEnd(2, '0')}`
  if (/[1-9]/.test(text)) return text
  throw rule('amount', 'An amount is a text above "0" and up to "9999999999999999.99", with at most two decimals.')
}

export function checkUserId(field: string, id: unknown): number {
  const number = typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : id
  if (Number.isSafeInteger(number) && (number as number) > 0) return number as number
  throw rule(field, 'A user id is a whole number above 0.')
}

export function checkParties(fromUserId: number, toUserId: number): void {
  if (fromUserId === toUserId) throw rule('toUserId', 'A transfer goes to another user.')
}

export function checkTransition(from: Status, to: unknown): Status {
  const wanted = statuses.find((status) => status === to)
  if (wanted === undefined) throw rule('status', `A status is one of ${statuses.join(', ')}.`)
  if (transitions[from].includes(wanted)) return wanted
  throw new Problem(409, `A transfer that is ${from} cannot become ${wanted}.`)
}

/** A rule of the bank that a well-formed request breaks. */
export function rule(field: string, detail: string): Problem {
  return new Problem(422, detail, { [field]: detail })
}
