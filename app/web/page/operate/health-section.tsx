import type { JSX } from 'preact'
import type { WatchedService } from '../../../contracts/operations.ts'
import { time } from '../words/numbers.ts'
import { healthWords } from './operate-words.ts'
import { Head, Section } from './section.tsx'

/** What is not up comes first, with its reason. */
export function HealthSection({ services }: { readonly services: readonly WatchedService[] }): JSX.Element {
  const isUp = ({ state }: WatchedService): number => Number(state === 'up')
  return (
    <Section title="Health" hint="what each says of itself: whether it answers, and does its work">
      <table>
        <Head names={['Service', 'State', 'Since', 'Why']} />
        <tbody>
          {services
            .toSorted((one, other) => isUp(one) - isUp(other))
            .map(({ name, state, reason, since }) => (
              <tr key={name} class="row">
                <th scope="row">{name}</th>
                <td class={state === 'down' ? 'bad' : state === 'unready' ? 'warn' : undefined}>{healthWords[state]}</td>
                <td>{time(since)}</td>
                <td>{reason}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </Section>
  )
}
