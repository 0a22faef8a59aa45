import { existsSync } from 'node:fs'

const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The Chromium of this machine; null if there is none. `CHROMIUM` names another one. */
export function chromiumPath(): string | null {
  const named = process.env['CHROMIUM']
  if (named !== undefined && !existsSync(named)) throw new Error(`CHROMIUM names ${named}, and nothing is there.`)
  return named ?? known.find((path) => existsSync(path)) ?? null
}
