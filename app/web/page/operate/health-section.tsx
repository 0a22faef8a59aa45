import type { JSX } from 'preact'
import type { WatchedService } from '../../../contracts/operations.ts'
import { time } from '../words/numbers.ts'
import { healthWords } from './operate-words.ts'
import { Head, Section } from './section.tsx'

/** What is not up, and why; the others one step behind. */
export function HealthSection({ services }: { readonly services: readonly WatchedService[] }): JSX.Element {
  const up = services.filter(({ state }) => state === 'up')
  const others = services.filter(({ state }) => state !== 'up')
  return (
    <Section title="Health" hint="what each says of itself: whether it answers, and does its work">
      {others.length > 0 && <Services services={others} />}
      <details>
        <summary>{`${up.length} of ${services.length} are up`}</summary>
        <Services services={up} />
      </details>
    </Section>
  )
}

function Services({ services }: { readonly services: readonly WatchedService[] }): JSX.Element {
  return (
    <table>
      <Head names={['Service', 'State', 'Since', 'Why']} />
      <tbody>
        {services.map(({ name, state, reason, since }) => (
          <tr key={name} class="row">
            <th scope="row">{name}</th>
            <td class={state === 'down' ? 'short bad' : state === 'unready' ? 'short warn' : 'short'}>{healthWords[state]}</td>
            <td class="short" data-label="Since">
              {time(since)}
            </td>
            <td>{reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
