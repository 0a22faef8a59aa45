import type { NewTransfer, Transfer, User } from '../../../contracts/bff.ts'
import { change } from './ask.ts'
import type { GraphContext } from './graph-context.ts'

interface ById {
  readonly id: string
}

interface Version {
  readonly ifMatch?: string | null
}

interface Wanted {
  readonly idempotencyKey: string
  readonly transfer: Readonly<Record<keyof NewTransfer, string>>
}

const ofVersion = ({ ifMatch }: Version): Readonly<Record<string, string>> => (ifMatch == null ? {} : { 'if-match': ifMatch })

const at = (kind: 'users' | 'transfers', id: string): string => `/${kind}/${encodeURIComponent(id)}`

/** Fields of Mutation: each is one write of a service, which has its rules. */
export const mutations = {
  createUser: (_: unknown, { name }: { readonly name: string }, { services }: GraphContext) =>
    change<User>(services.users, 'POST', '/users', { name }),
  renameUser: (_: unknown, { id, name, ...version }: ById & Version & { readonly name: string }, { services }: GraphContext) =>
    change<User>(services.users, 'PATCH', at('users', id), { name }, ofVersion(version)),
  async deleteUser(_: unknown, { id, ...version }: ById & Version, { services }: GraphContext) {
    await change(services.users, 'DELETE', at('users', id), undefined, ofVersion(version))
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
  setTransferStatus: (
    _: unknown,
    { id, status, ...version }: ById & Version & { readonly status: string },
    { services }: GraphContext,
  ) => change<Transfer>(services.transfers, 'PATCH', at('transfers', id), { status }, ofVersion(version)),
  async deleteTransfer(_: unknown, { id, ...version }: ById & Version, { services }: GraphContext) {
    await change(services.transfers, 'DELETE', at('transfers', id), undefined, ofVersion(version))
    return id
  },
}
