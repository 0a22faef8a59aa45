/// <reference lib="esnext.disposable" preserve="true" />
import './require-node.ts'

export { openLevelStorage } from './storage/level/open-level-storage.ts'
export type { LevelStorageOptions } from './storage/level/open-level-storage.ts'
export type { LevelStorage } from './storage/level/level-storage.ts'
export type {
  LevelBatchOptions,
  LevelDatabase,
  LevelEncodings,
  LevelIterator,
  LevelIteratorOptions,
  LevelOperation,
  LevelSnapshot,
} from './storage/level/level-database.ts'
