/**
 * What each public class of Java's `kstream`, `state` and `processor.api` is in Millrace. Names of Millrace stand in backticks and must
 * exist in an API report; a text without any begins with `none:` and says why.
 */
export interface ClassParity {
  /** The class itself. */
  readonly millrace: string
  /** Methods by name, all overloads; those that are left out have the same name on the first type that `millrace` names. */
  readonly methods?: Readonly<Record<string, string>>
  /** Stands for all methods that `methods` leaves out, where their names are not the same. */
  readonly others?: string
}

export type Mapping = Readonly<Record<string, ClassParity>>
