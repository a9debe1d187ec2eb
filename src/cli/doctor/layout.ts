/** Lines of at most 80 columns. */

const columns = 80
const labelWidth = 16

/** A paragraph; `first` stands before its first line, and the others are indented by as much. */
export function paragraph(text: string, first = ''): string {
  const indent = ' '.repeat(first.length)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/[ \n]+/)) {
    for (const piece of pieces(word, columns - indent.length)) {
      const longer = line === '' ? piece : `${line} ${piece}`
      if (indent.length + longer.length <= columns) {
        line = longer
      } else {
        lines.push(line)
        line = piece
      }
    }
  }
  lines.push(line)
  return lines.map((line, i) => `${i === 0 ? first : indent}${line}\n`).join('')
}

/** A word, cut into pieces if it is longer than a line. */
function pieces(word: string, width: number): string[] {
  return word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? ['']
}

/** A name and its value. */
export function entry(name: string, value: string): string {
  const label = `  ${name.padEnd(labelWidth)}  `
  if (name.length <= labelWidth) return paragraph(value, label)
  return `  ${name}\n${paragraph(value, ' '.repeat(label.length))}`
}

/** A table. The first column is aligned to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  const pad = (cell: string, i: number) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))
  return rows.map((row) => `  ${row.map(pad).join('  ').trimEnd()}\n`).join('')
}
