import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { TObject } from 'typebox'
import { readConfig } from '../../../app/platform/config.ts'
import type { ServiceDefinition } from '../../../app/platform/service.ts'
import { root } from './files.ts'

const main = /^app\/services\/([\w-]+)\/main\.ts$/

/** The service that a program starts, by the program's path; null for another program. */
export async function serviceAt(path: string): Promise<ServiceDefinition<TObject> | null> {
  if (!main.test(path)) return null
  const exported = (await import(join(root, path))) as Readonly<Record<string, unknown>>
  return Object.values(exported).find(isService) ?? null
}

export async function allServices(): Promise<readonly ServiceDefinition<TObject>[]> {
  const paths = globSync('app/services/*/main.ts', { cwd: root }).sort()
  return (await Promise.all(paths.map(serviceAt))).filter((service) => service !== null)
}

function isService(value: unknown): value is ServiceDefinition<TObject> {
  return typeof value === 'object' && value !== null && 'config' in value && 'start' in value
}

/** Names of the variables that a service reads. */
export function variablesOf({ config }: ServiceDefinition<TObject>): readonly string[] {
  return Object.keys(config.properties).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())
}

/** What a service makes of these variables; throws if it would not start with them. */
export function configured(service: ServiceDefinition<TObject>, env: Readonly<Record<string, string>>): Record<string, unknown> {
  return readConfig(service.config, [], env) as Record<string, unknown>
}
