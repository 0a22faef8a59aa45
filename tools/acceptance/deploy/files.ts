import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { parse } from 'yaml'

/** The folder of the project. */
export const root = join(import.meta.dirname, '..', '..', '..')

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8')

/** With merge keys (`<<`), as compose reads it. */
export const readYaml = (path: string): unknown => parse(readText(path), { merge: true })

export const readEnv = (path: string): Readonly<Record<string, string>> => parseEnv(readText(path)) as Record<string, string>

/** A version that names one image: no `latest`, no bare major. */
export const exactTag = /^[\w.-]+(?:\/[\w.-]+)*:v?\d+\.\d+(?:\.\d+)?[\w.-]*(?:@sha256:[0-9a-f]{64})?$/
