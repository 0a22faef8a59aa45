export const interruptedCode = 130

/** Resolves at the first signal; a second one ends the process at once. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (++signals > 1) process.exit(interruptedCode)
        resolve()
      })
  })
}
