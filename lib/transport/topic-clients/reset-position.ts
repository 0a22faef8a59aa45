import type { TransportError } from '../../model/errors.ts'
import type { Admin, OffsetSpec } from '../admin.ts'
import { endOfTruncated } from '../log-truncation.ts'
import type { Position } from './position-source.ts'

/** Moves a position that the log does not have to where the log was cut, or else to the start option. */
export async function resetPosition(
  position: Position,
  error: TransportError,
  admin: Pick<Admin, 'listOffsets'>,
  from: OffsetSpec,
): Promise<void> {
  const end = endOfTruncated(error)
  const [start] = end === undefined ? await admin.listOffsets([position], from) : []
  const offset = end?.endOffset ?? start?.offset
  if (offset !== undefined) Object.assign(position, { offset, leaderEpoch: end?.leaderEpoch ?? -1 })
}
