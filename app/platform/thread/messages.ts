/** What a {@link ServiceThread} asks of its worker. A service is known by the number that its start had. */
export type ToWorker =
  | { readonly type: 'start'; readonly service: number; readonly config: unknown }
  | { readonly type: 'close'; readonly service: number }

/** What the worker says of a service. */
export type FromWorker = { readonly service: number } & (
  | { readonly type: 'started'; readonly url: string }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: Error }
  | { readonly type: 'closed' }
)

/** What a worker is given when it begins. */
export interface WorkerSettings {
  readonly log: { readonly name: string; readonly level: string }
}
