import type { TransferRecord, UserRecord } from '../../../contracts/feed.ts'
import type { View } from '../view/view.ts'

/** Whether a transfer is one that the address asks for. A number is a user's id, other text is part of a name. */
export function matchesTransfer({ value }: TransferRecord, { user, status }: Pick<View, 'user' | 'status'>): boolean {
  if (value === null || (status !== null && value.status !== status)) return false
  const wanted = user.trim()
  if (wanted === '') return true
  if (/^\d+$/.test(wanted)) return value.fromUserId === Number(wanted) || value.toUserId === Number(wanted)
  return hasText(value.fromUserName, wanted) || hasText(value.toUserName, wanted)
}

export function matchesUser({ value }: UserRecord, user: string): boolean {
  const wanted = user.trim()
  if (value === null) return false
  return /^\d+$/.test(wanted) ? value.id === Number(wanted) : hasText(value.name, wanted)
}

function hasText(text: string | null, part: string): boolean {
  return (text ?? '').toLowerCase().includes(part.toLowerCase())
}
