import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { Transfer, User } from '../../../contracts/bff.ts'
import { Outbox } from '../outbox/outbox.ts'
import type { Answer, Settled, Write } from '../outbox/outbox.ts'
import { send } from '../outbox/send.ts'
import { whyNot } from '../outbox/why-not.ts'
import type { PageStore } from '../store/page-store.ts'

/** The reader's last transfer, as far as it has come. */
export interface Own {
  readonly key: string
  readonly id: number | null
  readonly state: 'sent' | 'acknowledged' | 'here' | 'settled'
  /** From the first try to its row on this page. */
  readonly ms: number | null
}

/** The reader's last rename, and the change in SQL that it became. */
export interface Rename {
  readonly key: string
  readonly userId: number
  readonly name: string
  /** The cause that the user had before; its next one is the rename's. */
  readonly causeBefore: string | null
  readonly isAcknowledged: boolean
  /** Null until the user's record is here. */
  readonly cause: string | null
}

/** What the server did not take, and why. */
export interface Refusal {
  readonly write: Write
  readonly answer: Answer
  readonly reason: string
}

/** The reader's own writes: through the outbox, and then followed to this page. */
export class Writes {
  readonly pending: Signal<readonly Write[]> = signal([])
  readonly own: Signal<Own | null> = signal(null)
  readonly rename: Signal<Rename | null> = signal(null)
  readonly refused: Signal<Refusal | null> = signal(null)
  readonly #store: PageStore
  readonly #outbox: Outbox
  readonly #startedAt = new Map<string, number>()

  constructor(store: PageStore) {
    this.#store = store
    this.#outbox = new Outbox({
      storage: sessionStorage,
      random: (bytes) => void crypto.getRandomValues(bytes),
      now: () => Date.now(),
      after: (ms, task) => void setTimeout(task, ms),
      send,
      onChange: (pending) => (this.pending.value = pending),
      onSettled: (settled) => this.#settle(settled),
    })
  }

  start(): void {
    this.#outbox.start()
  }

  hurry(): void {
    this.#outbox.hurry()
  }

  transfer(fromUserId: number, toUserId: number, amount: string): string {
    this.refused.value = null
    const startedAt = performance.now()
    const key = this.#outbox.add({ method: 'POST', path: '/api/transfers', body: { fromUserId, toUserId, amount } })
    this.#startedAt.set(key, startedAt)
    this.own.value = { key, id: null, state: 'sent', ms: null }
    return key
  }

  createUser(name: string): string {
    this.refused.value = null
    return this.#outbox.add({ method: 'POST', path: '/api/users', body: { name } })
  }

  /** @param etag of the version that the reader saw; null if it could not be asked for */
  renameUser(userId: number, name: string, etag: string | null): string {
    this.refused.value = null
    const headers = etag === null ? {} : { 'if-match': etag }
    const key = this.#outbox.add({ method: 'PATCH', path: `/api/users/${userId}`, body: { name }, headers })
    const causeBefore = this.#store.users.get(userId)?.cause ?? null
    this.rename.value = { key, userId, name, causeBefore, isAcknowledged: false, cause: null }
    return key
  }

  /** Once a frame: has the page's own record come? */
  look(): void {
    this.#lookForTransfer()
    this.#lookForRename()
  }

  #lookForTransfer(): void {
    const own = this.own.value
    if (own === null || own.id === null || own.state === 'settled') return
    const status = this.#store.transfers.get(own.id)?.value?.status
    if (status === undefined && !this.#store.ids.has(own.id)) return
    const startedAt = this.#startedAt.get(own.key)
    const ms = own.ms ?? (startedAt === undefined ? null : performance.now() - startedAt)
    const state = status === undefined || status === 'PENDING' ? 'here' : 'settled'
    if (state !== own.state) this.own.value = { ...own, state, ms }
  }

  #lookForRename(): void {
    const rename = this.rename.value
    if (rename === null || rename.cause !== null) return
    const user = this.#store.users.get(rename.userId)
    if (user?.value?.name !== rename.name || user.cause === rename.causeBefore) return
    this.rename.value = { ...rename, cause: user.cause }
  }

  #settle({ write, answer, acknowledged }: Settled): void {
    if (!acknowledged) return this.#refuse(write, answer)
    if (write.key === this.own.value?.key) {
      this.own.value = { ...this.own.value, id: (answer.body as Transfer).id, state: 'acknowledged' }
      this.look()
    }
    if (write.key === this.rename.value?.key) this.rename.value = { ...this.rename.value, isAcknowledged: true }
  }

  #refuse(write: Write, answer: Answer): void {
    // The try that brought no answer may have been the one that wrote: then the version changed by our own hand.
    if (answer.status === 412 && write.tries > 0) return void this.#compare(write, answer)
    this.#say(write, answer)
  }

  async #compare(write: Write, answer: Answer): Promise<void> {
    const response = await fetch(write.path).catch(() => null)
    const user = response?.ok === true ? ((await response.json()) as User) : null
    if (user === null || user.name !== (write.body as { name?: string }).name) return this.#say(write, answer)
    this.#settle({ write, answer: { ...answer, status: 200, body: user }, acknowledged: true })
  }

  #say(write: Write, answer: Answer): void {
    if (write.key === this.own.value?.key) this.own.value = null
    if (write.key === this.rename.value?.key) this.rename.value = null
    this.refused.value = { write, answer, reason: whyNot(answer) }
  }
}
