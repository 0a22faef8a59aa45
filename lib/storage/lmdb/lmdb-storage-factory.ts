import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '../../model/assert.ts'
import type { StorageEnvironment, StorageFactory, StoragePlace } from '../storage.ts'
import { placeOf } from './directory-place.ts'
import { whileWriting } from './disk-full.ts'
import { LmdbEnvironment } from './lmdb-environment.ts'
import type { LmdbStorageOptions } from './open-lmdb-storage.ts'
import { lockProcess } from './process-lock.ts'

/** LMDB environments below one directory. The name of an environment is its path there. */
export class LmdbStorageFactory implements StorageFactory {
  readonly medium = 'disk'
  readonly #dir: string
  readonly #durability: 'process' | 'flush'

  constructor(dir: string, { durability = 'process' }: LmdbStorageOptions = {}) {
    this.#dir = dir
    this.#durability = durability
  }

  open(name: string): StorageEnvironment {
    const path = this.#path(name)
    return whileWriting(path, () => this.#open(path, name, 'write'))
  }

  openToRead(name: string): StorageEnvironment {
    const path = this.#path(name)
    return whileWriting(path, () => this.#open(path, name, 'read'))
  }

  #open(path: string, name: string, use: 'read' | 'write'): StorageEnvironment {
    mkdirSync(path, { recursive: true })
    const lock = lockProcess(path, name)
    try {
      // Without flushes a crash of the machine may leave pages of different ages in the file, so the whole file is removed.
      const isTrusted = lock.previous !== 'machine-crashed' || this.#durability === 'flush' || !existsSync(join(path, dataFile))
      if (!isTrusted) removeData(path)
      if (use === 'write') lock.sign()
      return new LmdbEnvironment(path, this.#durability, lock, isTrusted ? undefined : machineCrashed)
    } catch (error) {
      lock.abandon()
      throw error
    }
  }

  destroy(name: string): void {
    rmSync(this.#path(name), { recursive: true, force: true })
  }

  place(name: string): StoragePlace | null {
    return placeOf(this.#path(name))
  }

  list(prefix: string): readonly string[] {
    return environmentsIn(this.#dir, '')
      .filter((name) => name.startsWith(prefix))
      .sort()
  }

  #path(name: string): string {
    const isRelative = name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
    assert(isRelative, 'The name of an environment is a relative path, without dots.')
    return join(this.#dir, ...name.split('/'))
  }
}

const dataFile = 'data.mdb'

const machineCrashed = 'the machine ended without closing it, or it was moved to another machine while it was open'

function removeData(path: string): void {
  for (const file of [dataFile, 'lock.mdb']) rmSync(join(path, file), { force: true })
}

function environmentsIn(dir: string, name: string): string[] {
  if (!existsSync(dir)) return []
  const below = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const found = below.flatMap((entry) =>
    environmentsIn(join(dir, entry.name), name === '' ? entry.name : `${name}/${entry.name}`),
  )
  return name !== '' && existsSync(join(dir, dataFile)) ? [name, ...found] : found
}
