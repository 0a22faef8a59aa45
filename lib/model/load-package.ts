import { createRequire } from 'node:module'
import { ConfigError } from './errors.ts'

export interface OptionalPackage<T> {
  /** Imports the package. Callers write the `import()` themselves, so that bundlers see it. */
  readonly load: () => Promise<T>
  /** The packages to install, separated by blanks, e.g. `lmdb`. */
  readonly install: string
  /** The beginning of the error message, e.g. `Stores on disk need`. */
  readonly purpose: string
}

/** Loads an optional package. If it cannot be loaded, throws a `ConfigError` that says what to install. */
export async function loadPackage<T>({ load, install, purpose }: OptionalPackage<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw missingPackage(install, purpose, cause)
  }
}

/**
 * Loads an optional package synchronously. Bundlers do not see it: they cannot include native code, and fail where a package is not
 * installed that the program may never ask for. So it is installed beside the bundle. If it cannot be loaded, throws a `ConfigError`
 * that says what to install.
 */
export function requirePackage(name: string, purpose: string): unknown {
  try {
    // CommonJS bundles have no import.meta.url.
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
