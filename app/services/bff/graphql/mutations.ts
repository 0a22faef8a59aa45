import type { NewTransfer, Transfer, User } from '../../../contracts/bff.ts'
import { change } from './ask.ts'
import type { GraphContext } from './graph-context.ts'

interface ById {
  readonly id: string
}

interface Wanted {
  readonly idempotencyKey: string
  readonly transfer: Readonly<Record<keyof NewTransfer, string>>
}

const at = (kind: 'users' | 'transfers', id: string): string => `/${kind}/${encodeURIComponent(id)}`

/** Fields of Mutation: each is one write of a service, which has its rules. */
export const mutations = {
  createUser: (_: unknown, { name }: { readonly name: string }, { services }: GraphContext) =>
    change<User>(services.users, 'POST', '/users', { name }),
  renameUser: (_: unknown, { id, name }: ById & { readonly name: string }, { services }: GraphContext) =>
    change<User>(services.users, 'PATCH', at('users', id), { name }),
  async deleteUser(_: unknown, { id }: ById, { services }: GraphContext) {
    await change(services.users, 'DELETE', at('users', id))
    return id
  },
  async createTransfer(_: unknown, { idempotencyKey, transfer }: Wanted, { services, made }: GraphContext) {
    const { fromUserId, toUserId, amount } = transfer
    const body = { fromUserId: Number(fromUserId), toUserId: Number(toUserId), amount }
    const headers = { 'idempotency-key': idempotencyKey }
    const row = await change<Transfer>(services.transfers, 'POST', '/transfers', body, headers)
    made.push({ key: idempotencyKey, id: row.id })
    return row
  },
  setTransferStatus: (_: unknown, { id, status }: ById & { readonly status: string }, { services }: GraphContext) =>
    change<Transfer>(services.transfers, 'PATCH', at('transfers', id), { status }),
  async deleteTransfer(_: unknown, { id }: ById, { services }: GraphContext) {
    await change(services.transfers, 'DELETE', at('transfers', id))
    return id
  },
}
