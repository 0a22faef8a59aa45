/** Sets a member of any name. An assignment to `__proto__` would set the prototype instead. */
export function setMember(object: object, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  else (object as Record<string, unknown>)[name] = value
}
