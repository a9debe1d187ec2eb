import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from './helpers/child'
import { circlesIn, type SourceFile, sourcesIn } from './helpers/imports'

/** A row of the table of folders in CONTRIBUTING.md. */
interface Row {
  /** Folders and files, from the root of the repository. */
  paths: string[]
  /** Everything below it in the table may import it. */
  shared: boolean
  mayImport: Row[]
}

function readTable(): Row[] {
  const text = readFileSync(join(packageRoot, 'CONTRIBUTING.md'), 'utf8')
  const cells = [...text.matchAll(/^\| (`(?:native|src)\/.*) \| (.*) \| (.*) \|$/gm)]
  const rows: Row[] = []
  for (const [, folders, content, allowed] of cells) {
    const paths = namesIn(folders!)
    const mayImport = namesIn(allowed!).map((name) => {
      // Only the rows above are known by now, so the table has no circle.
      const row = rows.find(
        (row) => row.paths.some((path) => isCalled(path, name)) && isNative(row) === isNative({ paths }),
      )
      if (row === undefined) throw new Error(`${folders} may import ${name}, which is no row above it`)
      return row
    })
    rows.push({ paths, shared: content!.startsWith('Shared:'), mayImport })
  }
  return rows
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
}

/** `monitor` is src/monitor.ts, as `sdk` is src/sdk. */
function isCalled(path: string, name: string): boolean {
  return path.replace(/\.\w+$/, '').endsWith(`/${name}`)
}

/** The row that a file belongs to: the one that names it most closely. */
function rowOf(file: string): Row | undefined {
  const length = (row: Row) =>
    Math.max(...row.paths.map((path) => (file === path || file.startsWith(`${path}/`) ? path.length : 0)))
  const [best] = [...table].sort((a, b) => length(b) - length(a))
  return best && length(best) > 0 ? best : undefined
}

function mayImport(from: Row | undefined, to: Row | undefined): boolean {
  if (from === undefined || to === undefined) return false
  const sharedAbove = to.shared && table.indexOf(to) < table.indexOf(from) && isNative(to) === isNative(from)
  return from === to || sharedAbove || from.mayImport.includes(to)
}

function isNative({ paths }: Pick<Row, 'paths'>): boolean {
  return paths[0]!.startsWith('native/')
}

function arrow(from: Row, to: Row): string {
  return `${from.paths.join()} → ${to.paths.join()}`
}

/** What the compiler is given: each has all files of the folder of its name. */
const units = ['native/core.cc', 'native/binding.cc']

const table = readTable()
const sources = [...sourcesIn('native'), ...sourcesIn('src')].filter(({ path }) => !path.startsWith('native/test/'))
const files = sources.filter(({ path }) => !units.includes(path))

describe('the table of folders in CONTRIBUTING.md', () => {
  test('names only what is there, and every source file belongs to a row', () => {
    expect(table.flatMap(({ paths }) => paths).filter((path) => !existsSync(join(packageRoot, path)))).toEqual([])
    expect(files.map(({ path }) => path).filter((path) => rowOf(path) === undefined)).toEqual([])
  })

  test('is what the files import', () => {
    const forbidden = ({ path, imports }: SourceFile) =>
      imports.filter((to) => !mayImport(rowOf(path), rowOf(to))).map((to) => `${path} imports ${to}`)
    expect(files.flatMap(forbidden)).toEqual([])
  })

  test('allows nothing that no file makes use of', () => {
    const arrows = new Set(files.flatMap(({ path, imports }) => imports.map((to) => arrow(rowOf(path)!, rowOf(to)!))))
    const allowed = table.flatMap((row) => row.mayImport.map((to) => arrow(row, to)))
    expect(allowed.filter((arrow) => !arrows.has(arrow))).toEqual([])
  })
})

test.each(units)('%s has all of its folder', (unit) => {
  const folder = unit.replace('.cc', '/')
  const those = files.map(({ path }) => path).filter((path) => path.startsWith(folder) && path.endsWith('.cc'))
  expect(sources.find(({ path }) => path === unit)!.imports.toSorted()).toEqual(those.toSorted())
})

test('no file imports itself, by whatever way', () => {
  expect(circlesIn(files)).toEqual([])
})

test('no folder leads back to itself by folders beside it', () => {
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'))
  const isWithin = (a: string, b: string) => `${a}/`.startsWith(`${b}/`)
  const folders = [...new Set(files.map(({ path }) => folderOf(path)))]
  const arrows = folders.map((path) => {
    const imports = files.filter((file) => folderOf(file.path) === path).flatMap(({ imports }) => imports.map(folderOf))
    // A folder and what is within it are one.
    return { path, imports: imports.filter((to) => !isWithin(to, path) && !isWithin(path, to)) }
  })
  expect(circlesIn(arrows)).toEqual([])
})

test('no file is longer than 250 lines, and none at the border longer than 180', () => {
  const sources = [...sourcesIn('native'), ...sourcesIn('src')].map(({ path }) => path)
  const linesOf = (path: string) => readFileSync(join(packageRoot, path), 'utf8').trimEnd().split('\n').length
  const most = (path: string) => (path.startsWith('native/binding/') ? 180 : 250)
  expect(sources.length).toBeGreaterThan(300)
  expect(sources.filter((path) => linesOf(path) > most(path))).toEqual([])
})
