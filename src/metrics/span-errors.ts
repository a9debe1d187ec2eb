/** What is read of a span that has ended. Those of every SDK have it. */
interface Ended {
  readonly status?: { readonly code: number }
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly events?: readonly { readonly name: string; readonly attributes?: Readonly<Record<string, unknown>> }[]
}

const statusError = 2
/** What the semantic conventions have for a kind that is not known, or for those beyond a limit. */
export const otherError = '_OTHER'

/**
 * The kind of error that a span ended with: the type of the last exception that it recorded, else its `error.type`. Undefined
 * for a span without an error.
 */
export function errorOf(span: object): string | undefined {
  const { status, events, attributes } = span as Ended
  const exception = events?.findLast(({ name }) => name === 'exception')
  if (exception === undefined && status?.code !== statusError) return undefined
  const type = exception?.attributes?.['exception.type'] ?? attributes?.['error.type']
  return typeof type === 'string' && type !== '' ? type : otherError
}
