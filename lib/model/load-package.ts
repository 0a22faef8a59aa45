import { ConfigError } from './errors.ts'

export interface OptionalPackage<T> {
  /** A dynamic import of its own, so that bundlers see it. */
  readonly load: () => Promise<T>
  /** What to install: `lmdb`, or several names. */
  readonly install: string
  /** What it is needed for, as the beginning of a sentence: `Stores on disk`. */
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

export function missingPackage(install: string, purpose: string, cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
  return new ConfigError(
    'STREAMS_PACKAGE_MISSING',
    `${purpose} need the package ${install.replaceAll(' ', ' and ')}, which cannot be loaded (${reason}): run \`npm install ${install}\`.`,
    { facts: { install }, cause },
  )
}
