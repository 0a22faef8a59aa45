import type { ComponentChildren, JSX } from 'preact'

interface SectionProps {
  readonly title: string
  readonly hint?: string
  /** At the right of the title. */
  readonly tools?: ComponentChildren
  readonly children: ComponentChildren
}

export function Section({ title, hint, tools, children }: SectionProps): JSX.Element {
  return (
    <section class="rows operate" aria-label={title}>
      <div class="tools">
        <h2>
          {title} {hint !== undefined && <span class="label">{hint}</span>}
        </h2>
        {tools}
      </div>
      {children}
    </section>
  )
}

export function Head({ names }: { readonly names: readonly string[] }): JSX.Element {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}
