import type * as lmdb from 'lmdb'
import { requirePackage } from '../../model/load-package.ts'

type Lmdb = Pick<typeof lmdb, 'open'>

/** The package lmdb, loaded at the first call. Throws a `ConfigError` if it is not installed, or has no build for this machine. */
export function loadLmdb(): Lmdb {
  return requirePackage('lmdb', 'Stores and topics on disk need') as Lmdb
}
