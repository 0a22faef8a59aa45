export const interruptedCode = 130

/**
 * Resolves at the first signal; a second one ends the process at once. A process that was forked is stopped by the end of its parent, too:
 * it has nobody to serve.
 */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0
    process.once('disconnect', () => resolve())
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (++signals > 1) process.exit(interruptedCode)
        resolve()
      })
  })
}
