import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import type { Drift, SchemaOverview, SchemaVersion, SubjectContract, TopicContract } from '../../../contracts/schemas.ts'
import { useApp } from '../app/app.ts'
import { get } from '../app/ask.ts'
import { useRegularly } from '../frame/use-regularly.ts'
import { PageLink } from '../view/page-link.tsx'
import { live } from '../view/view.ts'
import { count, time } from '../words/numbers.ts'

const everyMs = 5_000
const ingestions = ['ingestion-users', 'ingestion-transfers'] as const

const overview = signal<SchemaOverview | null>(null)
const drift = signal<readonly Drift[]>([])
const failure = signal<string | null>(null)

/** Drift is told by who reads raw records, schemas by the registry: what one does not tell says nothing of the other. */
async function look(): Promise<void> {
  const [told, ...drifts] = await Promise.all([
    get<SchemaOverview>('/api/schemas'),
    ...ingestions.map((name) => get<{ readonly content: readonly Drift[] }>(`/api/topologies/${name}/schema-drift`)),
  ])
  const failed = [told, ...drifts].find((answer) => 'failure' in answer)
  failure.value = failed !== undefined && 'failure' in failed ? failed.failure : null
  if ('value' in told) overview.value = told.value
  if (drifts.every((answer) => 'value' in answer)) drift.value = drifts.flatMap((answer) => answer.value.content)
}

/** What each topic promises: its schemas by version, who may change them how, what drifts and what was refused. */
export function ContractsPage(): JSX.Element {
  const { navigation } = useApp()
  useRegularly(look, everyMs, [])
  const { place, schema } = navigation.view.value
  const topics = overview.value?.topics ?? []
  const shown = topics.find(({ topic }) => topic === place)
  return (
    <>
      {failure.value !== null && (
        <p class="empty" role="alert">
          <span class="bad">{failure.value}</span> {overview.value !== null && 'What you see is from before.'}
        </p>
      )}
      <Section title="Drift" hint="columns of the databases that are not as the pipeline reads them">
        <Drifts />
      </Section>
      <Section title="Refused changes" hint="what the registry has not taken since it began">
        <RefusedChanges />
      </Section>
      {place !== '' && overview.value !== null && (
        <Section title={place} hint={shown === undefined ? '' : keptText(shown)}>
          {shown === undefined ? (
            <p class="empty">There is no such topic in the manifest.</p>
          ) : (
            <Contract contract={shown} schema={schema} />
          )}
        </Section>
      )}
      <Section title="Topics" hint={topics.length === 0 ? '' : `${topics.length} of the manifest`}>
        {overview.value !== null && <Topics topics={topics} />}
      </Section>
    </>
  )
}

interface SectionProps {
  readonly title: string
  readonly hint: string
  readonly children: ComponentChildren
}

function Section({ title, hint, children }: SectionProps): JSX.Element {
  return (
    <section class="rows contracts" aria-label={title}>
      <div class="tools">
        <h2>
          {title} <span class="label">{hint}</span>
        </h2>
      </div>
      {children}
    </section>
  )
}

function Drifts(): JSX.Element {
  if (drift.value.length === 0) return <p class="empty">No drift: raw records have the columns that the pipeline reads.</p>
  return (
    <ul>
      {drift.value.map((each) => (
        <li key={`${each.topic} ${each.column}`}>
          <span class={each.kind === 'added' ? 'warn' : 'bad'}>{each.topic}</span> {driftText(each)}
        </li>
      ))}
    </ul>
  )
}

function driftText({ kind, column, expected, found }: Drift): string {
  if (kind === 'added') return `has the column ${column} (${found}), which nobody reads. The flow goes on.`
  const rest = 'Its records go to the dead letters: read it as it is now, and send them again.'
  if (kind === 'missing') return `no longer has the column ${column} (${expected}). ${rest}`
  return `has the column ${column} as ${found}, and ${expected} is read. ${rest}`
}

function RefusedChanges(): JSX.Element | null {
  if (overview.value === null) return null
  const { refused } = overview.value
  if (refused === null) return <p class="empty">This registry does not tell what it has refused.</p>
  if (refused.length === 0) return <p class="empty">No change was refused. Try: npm run schemas -- check.</p>
  return (
    <ul>
      {refused.map(({ subject, at, message }) => (
        <li key={`${subject} ${at}`}>
          <span class="bad">{subject}</span> at {time(at)}: {message}
        </li>
      ))}
    </ul>
  )
}

interface ContractProps {
  readonly contract: TopicContract
  /** Id of the schema that is pointed at. */
  readonly schema: number | null
}

function Contract({ contract: { subject }, schema }: ContractProps): JSX.Element {
  if (subject === null) return <p class="empty">Its records are bytes or JSON: no schema of a registry belongs to them.</p>
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label="Versions">
      {subject.versions.map((version, index) => (
        <Version
          key={version.version}
          version={version}
          older={subject.versions[index + 1]}
          level={subject.level}
          isMeant={version.id === schema}
        />
      ))}
    </div>
  )
}

interface VersionProps {
  readonly version: SchemaVersion
  readonly older: SchemaVersion | undefined
  readonly level: string
  /** It is pointed at: it comes into view. */
  readonly isMeant: boolean
}

function Version({ version: { version, id, name, fields }, older, level, isMeant }: VersionProps): JSX.Element {
  const table = useRef<HTMLTableElement>(null)
  useEffect(() => {
    if (isMeant) table.current?.scrollIntoView({ block: 'nearest' })
  }, [isMeant])
  const known = new Set(older?.fields.map((field) => field.name))
  return (
    <table ref={table} aria-current={isMeant ? 'true' : undefined}>
      <caption>{`Version ${version}: ${name}, id ${id}, ${level}`}</caption>
      <Head names={['Field', 'Type', 'Meaning']} />
      <tbody>
        {fields.map((field) => (
          <tr key={field.name} class="row">
            <th scope="row">
              {field.name} {older !== undefined && !known.has(field.name) && <span class="warn">new</span>}
            </th>
            <td>{field.type}</td>
            <td title={field.doc}>
              {field.classification !== '' && <span class="warn">{field.classification} </span>}
              {field.doc}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Topics({ topics }: { readonly topics: readonly TopicContract[] }): JSX.Element {
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label="All topics">
      <table>
        <Head names={['Topic', 'Partitions', 'Keeps', 'Schema', 'Versions', 'Compatibility']} />
        <tbody>
          {topics.map((contract) => {
            const { topic, partitions, subject } = contract
            return (
              <tr key={topic} class="row">
                <th scope="row">
                  <PageLink view={{ ...live, page: 'contracts', place: topic }}>{topic}</PageLink>
                </th>
                <td class="number">{count(partitions)}</td>
                <td>{keptText(contract)}</td>
                <td>{subject?.versions[0]!.name ?? '–'}</td>
                <td class="number">{subject === null ? '–' : <Versions topic={topic} subject={subject} />}</td>
                <td>{subject?.level ?? '–'}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** A link to each, newest first. */
function Versions({ topic, subject }: { readonly topic: string; readonly subject: SubjectContract }): JSX.Element {
  const links = subject.versions.map(({ version, id }, index) => (
    <span key={version}>
      {index > 0 && ' '}
      <PageLink view={{ ...live, page: 'contracts', place: topic, schema: id }} title={`Version ${version}, id ${id}`}>
        {count(version)}
      </PageLink>
    </span>
  ))
  return <>{links}</>
}

const isNumber = (name: string): boolean => ['Partitions', 'Versions'].includes(name)

function Head({ names }: { readonly names: readonly string[] }): JSX.Element {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col" class={isNumber(name) ? 'number' : undefined}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}

/** What compaction and retention leave of the topic. */
function keptText({ cleanup, retention }: TopicContract): string {
  const isCompacted = cleanup.includes('compact')
  if (isCompacted && retention !== null) return `last of each key, for ${retention}`
  if (isCompacted) return 'last of each key'
  return retention === null ? 'all' : `all for ${retention}`
}
