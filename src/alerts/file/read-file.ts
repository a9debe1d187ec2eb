import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { printable } from '../../options.js'
import { type Document, isMap, isNode, isSeq, parseDocument } from '../libraries/yaml.js'
import { type CheckedAlerts, checkAlerts, fileNames } from '../options.js'
import { type Path, Problems } from '../problems.js'

export interface FileProblem {
  line: number
  column: number
  message: string
}

export interface AlertsFile {
  /** Undefined where there are problems. */
  readonly alerts: CheckedAlerts | undefined
  /** In the order of their lines. */
  readonly problems: readonly FileProblem[]
}

/** Reads rules and channels from a file of JSON or YAML. Throws where it cannot be read. */
export function readAlertsFile(path: string): AlertsFile {
  const text = readFileSync(path, 'utf8')
  const document = parseDocument(text, { prettyErrors: false })
  // The library's own count leaves out lines behind what it takes for the end.
  const at = (offset: number) => {
    const before = text.slice(0, offset).split('\n')
    return { line: before.length, column: before.at(-1)!.length + 1 }
  }
  const syntax = document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message: withoutSource(message) }))
  if (syntax.length > 0) return { alerts: undefined, problems: syntax }
  let content: unknown
  try {
    content = withPaths(document, dirname(path))
  } catch (error) {
    return { alerts: undefined, problems: [{ line: 1, column: 1, message: withoutSource((error as Error).message) }] }
  }
  const problems = new Problems()
  const alerts = checkAlerts(content, fileNames, problems)
  const found = problems.list.map(({ path, error }) => ({
    ...at(offsetOf(document, path)),
    message: printable(error.message),
  }))
  return { alerts, problems: found.sort((a, b) => a.line - b.line || a.column - b.column) }
}

/** What stands behind a colon is part of the file, and may be a secret. */
function withoutSource(message: string): string {
  return printable(message.replace(/(?<=\S):\s.*$/s, ''))
}

/** The content, in which names of files are relative to this one. Throws where aliases lead nowhere, or to too much. */
function withPaths(document: Document.Parsed, folder: string): unknown {
  const content: unknown = document.toJS()
  const channels = (content as { channels?: unknown } | null)?.channels
  for (const channel of Array.isArray(channels) ? channels : []) {
    if (typeof channel !== 'object' || channel === null) continue
    for (const key of ['urlFile', 'routingKeyFile']) {
      if (typeof channel[key] === 'string' && channel[key] !== '') channel[key] = resolve(folder, channel[key])
    }
  }
  return content
}

/** Where a value begins, or its name; of one that is missing, what it is missing in. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents
  let offset = 0
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isNode(key) && String(key) === part)
      if (pair === undefined) break
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(part)]
      if (isNode(item)) offset = item.range?.[0] ?? offset
      node = item
    }
  }
  return offset
}
