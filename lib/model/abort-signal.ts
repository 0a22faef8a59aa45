/**
 * The type `AbortSignal` of Node or the DOM; `never` in a project that has the types of neither, so that Millrace's types still
 * compile.
 */
export type Signal = typeof globalThis extends { readonly AbortSignal: { readonly prototype: infer T } } ? T : never
