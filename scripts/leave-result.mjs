/** Leaves what a command of the programme of reliability found, for docs/reliability.md. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, release } from 'node:os'

const folder = new URL('../bench/results/reliability/', import.meta.url)

/** `figures`: by plain words. `notes`: sentences. */
export function leaveResult(name, command, figures, notes = []) {
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  const machine = `${model}, ${availableParallelism()} CPUs, ${process.platform} ${release()} ${arch()}, Node.js ${process.versions.node}`
  const result = { command, date: new Date().toISOString(), machine, figures, ...(notes.length > 0 && { notes }) }
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(result, undefined, 2)}\n`)
}
