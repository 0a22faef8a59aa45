import { compatibilityOf } from '../../examples/transfer-pipeline/schemas/subjects.ts'
import type { Subject } from '../../examples/transfer-pipeline/schemas/subjects.ts'
import { RegistryRefusal } from './ports.ts'
import type { SchemaSubjects } from './ports.ts'

/** A subject whose schema the registry has now. */
export interface Registered {
  readonly subject: string
  readonly id: number
  readonly level: string
}

/**
 * Gives each subject its compatibility level, then registers its schema. What the registry refuses is an error: an application that
 * started all the same would write what readers of the topic cannot read.
 */
export async function registerSchemas(registry: SchemaSubjects, subjects: readonly Subject[]): Promise<readonly Registered[]> {
  return Promise.all(subjects.map((subject) => register(registry, subject)))
}

async function register(registry: SchemaSubjects, { name, schema }: Subject): Promise<Registered> {
  const level = compatibilityOf(name)
  if ((await registry.levelOf(name)) !== level) await registry.setLevel(name, level)
  try {
    return { subject: name, id: await registry.register(name, JSON.stringify(schema)), level }
  } catch (error) {
    if (!(error instanceof RegistryRefusal)) throw error
    const message = `The registry refuses the schema of ${name} (${error.status}, code ${error.code}): ${error.message} Change the schema so that it is compatible.`
    throw new RegistryRefusal(error.status, error.code, message)
  }
}
