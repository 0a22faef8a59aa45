/**
 * Schemas of the public topics: `npm run schemas -- check`. They are in examples/transfer-pipeline/schemas.
 */
import { parseArgs } from 'node:util'
import * as declared from '../../examples/transfer-pipeline/schemas/avro.ts'
import { compatibilityOf, publicSubjects } from '../../examples/transfer-pipeline/schemas/subjects.ts'
import type { Subject } from '../../examples/transfer-pipeline/schemas/subjects.ts'
import { RegistryApi } from '../adapters/http/registry-api.ts'
import { RegistryRefusal } from '../schemas/ports.ts'
import type { SchemaSubjects } from '../schemas/ports.ts'
import { registerSchemas } from '../schemas/register-schemas.ts'
import { lintSchema } from '../schemas/schema-lint.ts'

const usage = `npm run schemas -- COMMAND [OPTIONS]
  register          sets the level of each public topic's subject, and registers its schema
  check             what register would be refused; changes nothing
  lint              rules of naming over all schemas; asks no registry
  --registry URL    the registry, http://127.0.0.1:8091 by default
Exit code 0: done, or nothing to say. 1: wrong arguments, or no registry. 2: refused, or a rule is broken.`

const options = {
  registry: { type: 'string', default: 'http://127.0.0.1:8091' },
  help: { type: 'boolean', default: false },
} as const

/** Carries a command out, and returns the exit code. */
export async function runSchemas(
  args: readonly string[],
  out: (line: string) => void,
  subjects: readonly Subject[] = publicSubjects,
): Promise<number> {
  const parsed = parse(args)
  const command = parsed?.positionals[0]
  if (parsed === null || parsed.values.help || !isCommand(command)) {
    out(usage)
    return parsed?.values.help === true ? 0 : 1
  }
  if (command === 'lint') return lint(out)
  const registry = new RegistryApi(parsed.values.registry)
  try {
    return await (command === 'check' ? check(registry, subjects, out) : register(registry, subjects, out))
  } catch (error) {
    out(error instanceof RegistryRefusal ? error.message : `No registry answers at ${parsed.values.registry}: ${String(error)}.`)
    return error instanceof RegistryRefusal ? 2 : 1
  } finally {
    await registry.close()
  }
}

async function register(registry: SchemaSubjects, subjects: readonly Subject[], out: (line: string) => void): Promise<number> {
  for (const { subject, id, level } of await registerSchemas(registry, subjects)) out(`${subject}  id ${id}  ${level}`)
  return 0
}

async function check(registry: SchemaSubjects, subjects: readonly Subject[], out: (line: string) => void): Promise<number> {
  const checked = await Promise.all(
    subjects.map(async ({ name, schema }) => {
      const level = await registry.levelOf(name)
      const other = level === compatibilityOf(name) ? '' : `, and should have ${compatibilityOf(name)}`
      return { name, level: `${level}${other}`, reasons: await registry.reasonsAgainst(name, JSON.stringify(schema)) }
    }),
  )
  for (const { name, level, reasons } of checked)
    out(
      `${reasons.length === 0 ? 'fits   ' : 'refused'}  ${name}  ${level}${reasons.map((reason) => `\n         ${reason}`).join('')}`,
    )
  return checked.some(({ reasons }) => reasons.length > 0) ? 2 : 0
}

function lint(out: (line: string) => void): number {
  const schemas = Object.values(declared)
  const findings = schemas.flatMap((schema) => lintSchema(schema))
  for (const finding of findings) out(finding)
  if (findings.length === 0) out(`${schemas.length} schemas keep the rules.`)
  return findings.length === 0 ? 0 : 2
}

function isCommand(text: string | undefined): text is 'register' | 'check' | 'lint' {
  return text === 'register' || text === 'check' || text === 'lint'
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    return null
  }
}

if (import.meta.main) process.exitCode = await runSchemas(process.argv.slice(2), (line) => void process.stdout.write(`${line}\n`))
