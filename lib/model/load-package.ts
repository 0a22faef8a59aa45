import { createRequire } from 'node:module'
import { ConfigError } from './errors.ts'

export interface OptionalPackage<T> {
  /** A dynamic import of its own, so that bundlers see it. */
  readonly load: () => Promise<T>
  /** What to install: `lmdb`, or several names. */
  readonly install: string
  /** What needs it, as the beginning of a sentence: `Stores on disk need`. */
  readonly purpose: string
}

/** Loads a package that not every application has. Where it cannot be loaded, a `ConfigError` says what to install. */
export async function loadPackage<T>({ load, install, purpose }: OptionalPackage<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw missingPackage(install, purpose, cause)
  }
}

/**
 * Loads a native package within a call, at its first use. Bundlers do not see it, and could not take it in: it stands beside the bundle.
 * Where it cannot be loaded, a `ConfigError` says what to install.
 */
export function requirePackage(name: string, purpose: string): unknown {
  try {
    // A bundle of CommonJS has no import.meta.url.
    return createRequire(import.meta.url ?? __filename)(name)
  } catch (cause) {
    throw missingPackage(name, purpose, cause)
  }
}

export function missingPackage(install: string, purpose: string, cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause)
  const message = `${purpose} ${install.replaceAll(' ', ' and ')}: run \`npm install ${install}\` (${reason}).`
  return new ConfigError('STREAMS_PACKAGE_MISSING', message, { facts: { packages: install.split(' ') }, cause })
}
