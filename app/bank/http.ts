import Type from 'typebox'

import { amountRule, nameRule, statuses } from './rules.ts'

const idMaximum = Number.MAX_SAFE_INTEGER
const idRule = 'A user id is a whole number above 0.'

/** The id in a path. */
export const idParams = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: idMaximum, description: 'An id is a whole number above 0.' }),
})

export const versionHeaders = Type.Object({
  'if-match': Type.Optional(Type.String({ maxLength: 1000, description: 'ETag of what the client has read.' })),
})

const time = Type.String({ description: 'ISO 8601 in UTC, with ms.' })

export const userSchema = Type.Object(
  { id: Type.Integer(), name: Type.String(), createdAt: time, lastUpdatedAt: time },
  { title: 'User' },
)

export const newUserSchema = Type.Object(
  { name: Type.String({ maxLength: 2000, description: nameRule }) },
  { additionalProperties: false, title: 'NewUser' },
)

const amount = Type.String({ maxLength: 40, description: amountRule })
const userId = Type.Integer({ minimum: 1, maximum: idMaximum, description: idRule })
const status = Type.Enum([...statuses], { description: `A status is one of ${statuses.join(', ')}.` })

export const transferSchema = Type.Object(
  {
    id: Type.Integer(),
    fromUserId: Type.Integer(),
    toUserId: Type.Integer(),
    amount: Type.String(),
    status,
    createdAt: time,
    lastUpdatedAt: time,
  },
  { title: 'Transfer' },
)

export const newTransferSchema = Type.Object(
  { fromUserId: userId, toUserId: userId, amount },
  { additionalProperties: false, title: 'NewTransfer' },
)

export const transferChangeSchema = Type.Object(
  { status: Type.Optional(status), amount: Type.Optional(amount) },
  { additionalProperties: false, title: 'TransferChange' },
)

export const requestHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'An Idempotency-Key has 1 to 64 characters.' }),
  ),
})
