import { Problem } from '../platform/http/problem.ts'

export const statuses = ['PENDING', 'COMPLETED', 'FAILED', 'REVERSED'] as const
export type Status = (typeof statuses)[number]

const transitions: Readonly<Record<Status, readonly Status[]>> = {
  PENDING: ['COMPLETED', 'FAILED'],
  COMPLETED: ['REVERSED'],
  FAILED: [],
  REVERSED: [],
}

export const nameRule = 'A name has 1 to 255 characters.'
export const amountRule = 'An amount is a text above "0" and up to "9999999999999999.99", with at most two decimals.'

/**
 * 1 to 255 characters after trimming: as SQL counts them, an emoji is one. Half a surrogate pair is no character; the database would keep
 * another text than was sent.
 */
export function checkName(name: string): string {
  const trimmed = name.trim()
  const { length } = Array.from(trimmed)
  if (length >= 1 && length <= 255 && trimmed.isWellFormed()) return trimmed
  throw rule('name', nameRule)
}

/** `"10"` becomes `"10.00"`; more than two decimals, zero and what decimal(18,2) cannot hold are refused. */
export function checkAmount(amount: string): string {
  const match = /^0*(\d{1,16})(?:\.(\d{1,2}))?$/.exec(amount)
  const text = match === null ? '0.00' : `${match[1]}.${(match[2] ?? '').padEnd(2, '0')}`
  if (/[1-9]/.test(text)) return text
  throw rule('amount', amountRule)
}

export function checkParties(fromUserId: number, toUserId: number): void {
  if (fromUserId === toUserId) throw rule('toUserId', 'A transfer goes to another user.')
}

/** The amount of what was settled stands. */
export function checkAmendable(status: Status): void {
  if (status !== 'PENDING') throw new Problem(409, `The amount of a transfer that is ${status} cannot be amended.`)
}

export function checkTransition(from: Status, to: Status): Status {
  if (transitions[from].includes(to)) return to
  throw new Problem(409, `A transfer that is ${from} cannot become ${to}.`)
}

/** A rule of the bank that a well-formed request breaks. */
export function rule(field: string, detail: string): Problem {
  return new Problem(422, detail, { [field]: detail })
}
