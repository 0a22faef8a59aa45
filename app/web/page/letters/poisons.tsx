import type { JSX } from 'preact'
import type { Poison } from '../../../contracts/bff.ts'
import { useApp } from '../app/app.ts'

const kinds: readonly (readonly [kind: Poison['kind'], label: string, title: string])[] = [
  ['sql', 'SQL: amount abc', 'A row past the write API. Mend it in SQL: it is captured again.'],
  ['amount', 'raw: amount abc', 'A raw record whose amount is no decimal. Edit a copy and send it.'],
  ['negative', 'raw: amount −5.00', 'A raw record that breaks a rule of the bank.'],
  ['self', 'raw: to oneself', 'A raw record that breaks a rule of the bank.'],
  ['column', 'raw: no status', 'A raw record whose row lacks a column.'],
  ['empty', 'raw: {}', 'JSON that is no envelope of a change.'],
  ['envelope', 'raw: {"schema":{}}', 'JSON with a schema that is none.'],
  ['bytes', 'raw: bytes', 'Bytes that are no JSON. Nobody can mend them: discard the letter.'],
  ['schema', 'Avro: schema 999999', 'Avro of a schema that the registry does not know.'],
  ['document', 'sink: hello', 'Text where the sink expects Avro.'],
]

/** Broken records of ten kinds, each by a button. Only on a demo. */
export function Poisons(): JSX.Element | null {
  const { commands, system } = useApp()
  if (system.value?.allows.poison !== true) return null
  return (
    <details class="poisons">
      <summary>Send a broken record</summary>
      <div class="actions">
        {kinds.map(([kind, label, title]) => (
          <button key={kind} type="button" title={title} onClick={() => void commands.poison(kind)}>
            {label}
          </button>
        ))}
      </div>
    </details>
  )
}
