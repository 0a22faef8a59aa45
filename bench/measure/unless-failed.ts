/** Settles as `awaited`, or rejects as soon as `running` does: an application that has failed writes nothing more. */
export function unlessFailed<T>(awaited: Promise<T>, running: Promise<unknown>): Promise<T> {
  return Promise.race([awaited, running.then(() => awaited)])
}
