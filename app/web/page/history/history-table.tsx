import type { JSX } from 'preact'
import type { Station } from '../../../contracts/feed.ts'
import type { HistoryChange, HistoryVersion, KeyHistory } from '../../../contracts/history.ts'
import { exactTime } from '../words/numbers.ts'
import { changeText, holeText, placeText, stations } from './history-words.ts'

interface HistoryTableProps {
  readonly history: KeyHistory
  /** Of the change that is shown below. */
  readonly index: number
  readonly onSelect: (index: number) => void
}

/** Stations down, causes to the right in their order. */
export function HistoryTable({ history, index, onSelect }: HistoryTableProps): JSX.Element {
  const current = (at: number): string | undefined => (at === index ? 'current' : undefined)
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label="Versions by station and cause">
      <table>
        <thead>
          <tr>
            <th scope="col">Station</th>
            {history.changes.map((change, at) => (
              <th key={at} scope="col" class={current(at)}>
                <button type="button" class="plain" aria-pressed={at === index} onClick={() => onSelect(at)}>
                  {changeText(change)}
                  <br />
                  {exactTime(change.at)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stations.map(([station, name]) => (
            <tr key={station}>
              <th scope="row">{name}</th>
              {history.changes.map((change, at) => (
                <td key={at} class={current(at)}>
                  <Cell history={history} change={change} station={station} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface CellProps {
  readonly history: KeyHistory
  readonly change: HistoryChange
  readonly station: Station
}

function changedText({ changed, fields }: HistoryVersion): string {
  if (changed.length === 0) return 'the same again'
  return changed.length === Object.keys(fields ?? {}).length ? 'all fields' : changed.join(', ')
}

function Cell({ history, change, station }: CellProps): JSX.Element {
  const versions = change.versions.filter((version) => version.station === station)
  if (versions.length === 0) return <span class="muted">{holeText(history, change, station)}</span>
  return (
    <>
      {versions.map((version, index) => (
        <p key={index}>
          <span class="mono muted">{placeText(version)}</span>{' '}
          {version.unreadable !== null ? (
            <span class="bad">not readable</span>
          ) : version.fields === null ? (
            'gone'
          ) : (
            <bdi class="differs">{changedText(version)}</bdi>
          )}
        </p>
      ))}
    </>
  )
}
