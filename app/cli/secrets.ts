/**
 * Makes the secrets that docker-compose.yml mounts, each a file of its own in deploy/secrets: `npm run secrets`. What is there stays.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Names of the secrets, as docker-compose.yml has them. */
export const secretNames = [
  'token',
  'database-root-password',
  'database-password',
  'capture-password',
  'documents-password',
  'grafana-password',
] as const

/** Returns the names of those that it has made. */
export function makeSecrets(dir: string): readonly string[] {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const missing = secretNames.filter((name) => !existsSync(join(dir, name)))
  // The folder is this user's alone. The files may be read, since the users of the containers are others.
  for (const name of missing) writeFileSync(join(dir, name), randomBytes(24).toString('base64url'), { mode: 0o644 })
  return missing
}

if (import.meta.main) {
  const made = makeSecrets(join(import.meta.dirname, '..', '..', 'deploy', 'secrets'))
  process.stdout.write(made.length === 0 ? 'All secrets are there.\n' : `Made in deploy/secrets: ${made.join(', ')}.\n`)
}
