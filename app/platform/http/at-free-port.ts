/** What a server does where its port is taken. */
export type PortTaken = 'fail' | 'next'

const triesMax = 20

/** Listens at the first port that is free, from the wanted one on; after 20 that are taken, at any. */
export async function atFreePort<T>(wanted: number, listen: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++)
    try {
      return await listen(tries >= triesMax || wanted + tries > 65_535 ? 0 : wanted + tries)
    } catch (error) {
      if (!isTaken(error) || wanted === 0) throw error
    }
}

function isTaken(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown }
  return code === 'EADDRINUSE' || code === 'EACCES'
}
