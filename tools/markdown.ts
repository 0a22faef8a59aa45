import { format, resolveConfig } from 'prettier'

/** A generated page as the formatter writes it. */
export async function markdown(text: string, path: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), parser: 'markdown' })
}
