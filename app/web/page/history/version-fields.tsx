import type { JSX } from 'preact'
import type { HistoryChange, HistoryVersion, KeyHistory } from '../../../contracts/history.ts'
import { bytes } from '../words/numbers.ts'
import { PageLink } from '../view/page-link.tsx'
import { live } from '../view/view.ts'
import { fieldText, placeText, reasonText, stations } from './history-words.ts'

interface VersionFieldsProps {
  readonly history: KeyHistory
  readonly change: HistoryChange
}

/** What the versions of one change hold; what they changed is bold. */
export function VersionFields({ history, change }: VersionFieldsProps): JSX.Element {
  return (
    <div class="versions">
      {change.cause !== null && <p class="label mono">{change.cause}</p>}
      {change.versions.map((version, index) => (
        <section key={index} aria-label={nameOf(version)}>
          <h3>
            {nameOf(version)} <Facts version={version} />
          </h3>
          <Reasons history={history} version={version} />
          <Fields version={version} />
        </section>
      ))}
    </div>
  )
}

const nameOf = ({ station }: HistoryVersion): string => stations.find(([name]) => name === station)![1]

/** Where it is, and the schema that it was written with: a link to that version of the contract. */
function Facts({ version }: { readonly version: HistoryVersion }): JSX.Element | null {
  const { topic, schemaId } = version
  if (topic === null) return null
  const said = [topic, placeText(version), bytes(version.bytes)].join(' · ')
  return (
    <span class="label">
      {said}
      {schemaId !== null && ' · '}
      {schemaId !== null && (
        <PageLink view={{ ...live, page: 'contracts', place: topic, schema: schemaId }}>{`schema ${schemaId}`}</PageLink>
      )}
    </span>
  )
}

function Reasons({ history, version }: { readonly history: KeyHistory; readonly version: HistoryVersion }): JSX.Element {
  const reasons = history.reasons.filter(({ topic, p, o }) => topic === version.topic && p === version.p && o === version.o)
  return (
    <>
      {reasons.map((reason) => (
        <p key={reason.field} class="warn reason">
          {reasonText(reason)}
        </p>
      ))}
    </>
  )
}

function Fields({ version: { fields, changed, unreadable } }: { readonly version: HistoryVersion }): JSX.Element {
  if (unreadable !== null)
    return (
      <pre>
        <bdi>{unreadable}</bdi>
      </pre>
    )
  if (fields === null) return <p>The row is gone.</p>
  return (
    <dl>
      {Object.entries(fields).map(([name, value]) => (
        <div key={name} class={changed.includes(name) ? 'differs' : undefined}>
          <dt>{name}</dt>
          <dd>
            <bdi>{fieldText(name, value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}
