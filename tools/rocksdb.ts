// @ts-expect-error -- It has no types.
import { RocksLevel as Binding } from '@nxtedition/rocksdb'
import type { LevelDatabase } from '../lib/level.ts'

/** The binding has prebuilt binaries for Linux on x64 and macOS on ARM alone; elsewhere the import of this file fails. */
export const RocksLevel = Binding as new (location: string) => LevelDatabase
