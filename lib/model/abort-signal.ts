/** The platform's `AbortSignal`, from the types of Node or of the DOM: these declarations stand where a project has neither. */
export type Signal = typeof globalThis extends { readonly AbortSignal: { readonly prototype: infer T } } ? T : never
