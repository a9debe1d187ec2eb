import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReportData } from '../data.js'
import { encode } from './wire/encode.js'

/**
 * A page of HTML that shows a report: one text with all that it needs, which loads nothing from anywhere.
 *
 * Times are kept to 1 µs (0.1 µs for spans), percentages to 0.1, memory to 1 kB; see `wire/layout.ts`.
 */
export function pageOf(data: ReportData): string {
  // Never read from a recording: both are files of the package.
  const script = escapeScript(asset('page.js'))
  const style = asset('page-style.css')
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeText(`${data.program.command.join(' ')} – spanmeter`)}</title>
<style>${style}</style>
</head>
<body>
<p class="loading" role="status">Reading the recording…</p>
<noscript>This page draws its charts with JavaScript, which is switched off here.</noscript>
<script type="text/plain" id="data">${encode(data)}</script>
<script>${script}</script>
</body>
</html>
`
}

/** What `scripts/page.mjs` made of the files in `browser`. */
function asset(name: string): string {
  return readFileSync(join(__dirname, 'assets', name), 'utf8')
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** In a string of JavaScript, and elsewhere it does not occur, `<\/script` means the same, and ends no element. */
function escapeScript(code: string): string {
  return code.replace(/<\/(?=script)/gi, '<\\/').replace(/<!--/g, '<\\!--')
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
}
