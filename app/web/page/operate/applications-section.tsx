import type { JSX } from 'preact'
import type { WatchedApplication } from '../../../contracts/operations.ts'
import { useApp } from '../app/app.ts'
import { EnricherButtons } from '../graph/enricher-buttons.tsx'
import { PageLink } from '../view/page-link.tsx'
import { live } from '../view/view.ts'
import { lagText, restoreText, tasksText } from './operate-words.ts'
import { Head, Section } from './section.tsx'

/** What each application has to do still; its name leads to its graph, with the owners of its tasks. */
export function ApplicationsSection({ applications }: { readonly applications: readonly WatchedApplication[] }): JSX.Element {
  return (
    <Section title="Applications" hint="all processes of each together" tools={<Operations />}>
      <table>
        <Head names={['Application', 'State', 'Tasks', 'Still to read', 'Restoring']} />
        <tbody>
          {applications.map((application) => {
            const { name, state } = application
            return (
              <tr key={name} class="row">
                <th scope="row">
                  <PageLink view={{ ...live, page: 'graph', app: name }}>{name}</PageLink>
                </th>
                <td class={`short${state === 'running' ? '' : state === 'down' ? ' bad' : ' warn'}`}>{stateText(state)}</td>
                <td class="short">{tasksText(application)}</td>
                <td data-label="Still to read">{lagText(application)}</td>
                <td data-label="Restoring">{restoreText(application)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Section>
  )
}

function stateText(state: string): string {
  return state === 'running' ? state : `${state === 'down' ? '✕' : '◐'} ${state}`
}

/** Only on a demo. */
function Operations(): JSX.Element {
  const { commands, system } = useApp()
  return (
    <>
      <EnricherButtons />
      {system.value?.allows.wipe === true && (
        <button
          type="button"
          title="The enricher starts again without its stores, and fills them from its topics"
          onClick={() => void commands.wipe()}
        >
          Delete its state
        </button>
      )}
    </>
  )
}
