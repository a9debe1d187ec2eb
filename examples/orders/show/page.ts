import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceReport } from './reports'

export interface Section {
  title: string
  text: string
}

/** One page with all that was printed, and links to the reports. Returns its path. */
export function writePage(folder: string, sections: readonly Section[], reports: readonly ServiceReport[]): string {
  const links = reports.map(({ instance, file }) => `<li><a href="${escaped(file)}">${escaped(instance)}</a></li>`)
  const parts = sections.map(({ title, text }) => `<h2>${escaped(title)}</h2>\n<pre>${escaped(text)}</pre>`)
  const file = join(folder, 'index.html')
  writeFileSync(
    file,
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Orders: what each operation cost</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }
  pre { font-size: 13px; line-height: 1.25; overflow-x: auto; white-space: pre; }
</style>
<h1>Orders: what each operation cost</h1>
<h2>What each process did</h2>
<ul>
${links.join('\n')}
</ul>
${parts.join('\n')}
</html>
`,
  )
  return file
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
