/**
 * Topics as the manifest has them: `npm run topics -- plan --kafka HOST:PORT`. The manifest is examples/transfer-pipeline/topics.ts.
 */
import { parseArgs } from 'node:util'
import type { Admin, NewTopic } from 'millrace'
import { applications } from '../../examples/transfer-pipeline/main.ts'
import * as declared from '../../examples/transfer-pipeline/topics.ts'
import { withAdmin } from '../adapters/kafka/with-admin.ts'
import { clusterAt } from '../platform/cluster.ts'
import { topicsIn } from '../topics/environments.ts'
import { topicCatalogue } from '../topics/topic-catalogue.ts'
import type { CatalogueOptions } from '../topics/topic-catalogue.ts'
import { changeLine, refusal } from '../topics/topic-lines.ts'
import { presentTopics, topicPlan } from '../topics/topic-plan.ts'
import type { TopicChange } from '../topics/topic-plan.ts'

const usage = `npm run topics -- COMMAND [OPTIONS]
  plan                   what apply would do, and what it would refuse
  apply                  creates what is missing, and sets configuration; deletes nothing
    --allow-repartition  adds partitions to topics that have fewer
  diff                   what differs, for a check: exit code 2 if anything does
  doc                    all topics as a page of Markdown; asks no cluster
  --kafka HOST:PORT      the cluster, 127.0.0.1:9092 by default; KAFKA_TLS, KAFKA_CA_FILE, KAFKA_SASL, KAFKA_USER
                         and KAFKA_PASSWORD_FILE of the environment as for services
  --env dev|prod         prod: three replicas, two of them in sync; dev by default
Exit code 0: done, or nothing to do. 1: wrong arguments. 2: something differs that was not carried out.`

const options = {
  kafka: { type: 'string', default: '127.0.0.1:9092' },
  env: { type: 'string', default: 'dev' },
  'allow-repartition': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** Carries a command out, and returns the exit code. */
export async function runTopics(
  args: readonly string[],
  out: (text: string) => void,
  manifest: readonly NewTopic[] = declared.manifest,
): Promise<number> {
  const parsed = parse(args)
  if (parsed === null) return say(out, usage, 1)
  const { values, positionals } = parsed
  const [command = ''] = positionals
  if (values.help) return say(out, usage, 0)
  if ((values.env !== 'dev' && values.env !== 'prod') || !['plan', 'apply', 'diff', 'doc'].includes(command))
    return say(out, usage, 1)
  if (command === 'doc') return say(out, topicCatalogue(catalogue(manifest)), 0)
  const wanted = topicsIn(values.env, manifest)
  const repartition = values['allow-repartition'] ? 'allowed' : 'refused'
  return withAdmin(clusterAt(values.kafka), 'topics', async (admin) => {
    const changes = topicPlan(wanted, await presentTopics(admin, wanted))
    if (changes.length === 0) return say(out, 'No changes.', 0)
    const refused = changes.flatMap((change) => refusal(change, repartition) ?? [])
    for (const change of changes) out(changeLine(change))
    for (const reason of refused) out(`refused  ${reason}`)
    // Either all of it or nothing: half of a plan is a cluster that nobody has planned.
    if (command === 'apply' && refused.length === 0) await apply(admin, changes)
    if (command === 'diff') return 2
    return refused.length > 0 ? 2 : 0
  })
}

async function apply(admin: Admin, changes: readonly TopicChange[]): Promise<void> {
  const missing = changes.flatMap((change) => (change.kind === 'create' ? [change.topic] : []))
  if (missing.length > 0) await admin.createTopics(missing)
  for (const change of changes) if (change.kind === 'grow') await admin.createPartitions(change.name, change.to)
  for (const [name, config] of configsOf(changes)) await admin.alterTopicConfig(name, config)
}

/** By topic: all keys of a topic change at once, or none. */
function configsOf(changes: readonly TopicChange[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const configs = new Map<string, Readonly<Record<string, string>>>()
  for (const change of changes)
    if (change.kind === 'config') configs.set(change.name, { ...configs.get(change.name), [change.key]: change.to })
  return configs
}

function catalogue(manifest: readonly NewTopic[]): CatalogueOptions {
  const topics = Object.values(declared).filter(
    (value): value is typeof declared.users => typeof value === 'object' && 'key' in value,
  )
  const made = Object.entries(applications).map(([name, make]) => [name, make({})] as const)
  return { manifest, topics: topics as unknown as CatalogueOptions['topics'], applications: Object.fromEntries(made) }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    return null
  }
}

function say(out: (text: string) => void, text: string, code: number): number {
  out(text)
  return code
}

if (import.meta.main) process.exitCode = await runTopics(process.argv.slice(2), (text) => void process.stdout.write(`${text}\n`))
